namespace LoadHarness.Workloads.Sql;

/// <summary>One statement as it is sent, with its parameters as $1, $2 and so on.</summary>
/// <param name="Text">Without the semicolon.</param>
/// <param name="Line">Of its first word, in its file.</param>
/// <param name="Parameters">Names, in the order of their numbers: <c>order_id</c> or <c>customer.id</c>.</param>
/// <param name="Lines">
/// Where lines of <paramref name="Text"/> begin in it; the first is 0. A server tells a character, a person wants a line.
/// </param>
/// <param name="Result">Name under which later statements use its first row; null for none.</param>
public sealed record SqlStatement(string Text, int Line, IReadOnlyList<string> Parameters, IReadOnlyList<int> Lines, string? Result)
{
    /// <summary>Its first word, in small letters; a hint may stand before it.</summary>
    public string Verb { get; } =
        string.Concat(Text.Skip(SqlScanner.FirstWord(Text)).TakeWhile(char.IsAsciiLetter)).ToLowerInvariant();

    /// <summary>Whether it begins with a bracket, as a union of selects may.</summary>
    public bool IsInBrackets { get; } = Text.AsSpan(SqlScanner.FirstWord(Text)).StartsWith('(');

    /// <param name="position">From 1, as the server tells it; 0 for none.</param>
    public int LineOf(int position) => Line + Math.Max(0, Lines.Count(start => start < position) - 1);
}

/// <summary>What stands behind <c>-- name:</c>: an operation of a scenario.</summary>
/// <param name="File">Name of its file in the folder.</param>
/// <param name="Begin">The statement that opens its transaction; null when each statement is its own.</param>
public sealed record NamedStatements(string Name, string File, int Line, IReadOnlyList<SqlStatement> Statements, string? Begin)
{
    /// <summary>
    /// The value that makes it a tenant's, where it is another than that of the workload: <c>page.tenant</c>; null for that.
    /// </summary>
    public string? Tenant { get; init; }

    /// <summary>Whether a statement of it, or its tenant, takes a value of the parameter.</summary>
    public bool Uses(string parameter) => Parameters.Append(Tenant ?? "").Any(used => used == parameter
        || used.StartsWith(parameter + '.', StringComparison.Ordinal));

    public IEnumerable<string> Parameters => Statements.SelectMany(statement => statement.Parameters).Distinct(StringComparer.Ordinal);
}
