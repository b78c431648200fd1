using System.Text.RegularExpressions;

namespace LoadHarness.Postgres.Workload;

/// <summary>
/// A setting of the server that a statement asks for in the comment at its beginning, <c>/*+ Set(name value) */</c>, as pg_hint_plan
/// writes it. It holds for that statement alone.
/// </summary>
internal sealed partial record StatementHint(string Setting, string Value)
{
    private const string Begin = "/*+ Set(";

    /// <returns>Null where the statement begins with no such comment.</returns>
    // Asked before every statement: the pattern is tried on those alone that begin like it.
    public static StatementHint? Of(string statement) =>
        statement.StartsWith(Begin, StringComparison.Ordinal) && Pattern().Match(statement) is { Success: true } hint
            ? new(hint.Groups[1].Value, hint.Groups[2].Value)
            : null;

    [GeneratedRegex(@"^/\*\+ Set\(([a-z_.]+) ([^()]+)\) \*/")]
    private static partial Regex Pattern();
}
