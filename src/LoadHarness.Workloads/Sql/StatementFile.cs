using System.Text;
using LoadHarness.Core.Input;

namespace LoadHarness.Workloads.Sql;

/// <summary>
/// A file of named statements. Each begins with a line <c>-- name: ...</c> and ends at the next one; a line <c>-- transaction</c> below
/// it makes its statements one.
/// </summary>
internal static class StatementFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly IReadOnlyDictionary<string, string> Begins = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [""] = "begin",
        ["read committed"] = "begin isolation level read committed",
        ["repeatable read"] = "begin isolation level repeatable read",
        ["serializable"] = "begin isolation level serializable",
        ["read only"] = "begin read only",
    };

    /// <param name="begin">A statement that opens a transaction, in small letters with single spaces, without <c>work</c>.</param>
    /// <returns>What stands behind <c>-- transaction:</c> for it, empty for nothing; null where no mark says so.</returns>
    public static string? TransactionOf(string begin) => Begins.FirstOrDefault(known => known.Value == begin).Key;

    /// <param name="name">Of the file, for places.</param>
    public static (IReadOnlyList<NamedStatements> Operations, IReadOnlyList<InputFault> Faults) Read(byte[] bytes, string name)
    {
        if (TextOf(bytes) is not { } text) return ([], [new("", "it is no UTF-8 text", "Save it as UTF-8")]);
        var operations = new List<NamedStatements>();
        var faults = new List<InputFault>();
        foreach (var part in Parts(text))
        {
            if (part.Name is null)
            {
                if (new StatementReader(part.Text, allowParameters: false).Read(part.Line) is [var nameless, ..])
                    faults.Add(new(StatementReader.Place(nameless.Line), "the statement has no name",
                        "Put a line such as '-- name: order_by_id' above it"));
                continue;
            }

            Add(part.Name, part.Text, part.Line);
        }

        if (operations.Count == 0 && faults.Count == 0)
            faults.Add(new("", "it holds no named statement", "Put a line such as '-- name: order_by_id' above each statement"));
        return (operations, faults);

        void Add(string title, string body, int line)
        {
            var marks = MarksOf(body, line).ToList();
            var reader = new StatementReader(body, allowParameters: true) { Positional = PositionalOf(marks, faults) };
            var statements = reader.Read(line);
            faults.AddRange(reader.Faults);
            if (!StatementReader.IsName(title))
                faults.Add(new(StatementReader.Place(line), $"-- name: '{StatementReader.Short(title)}' is no name",
                    "Give up to 63 letters, digits and _, not a digit first"));
            else if (operations.FirstOrDefault(known => known.Name == title) is { } twice)
                faults.Add(new(StatementReader.Place(line), $"-- name: {title} stands on line {twice.Line} too", "Rename one"));
            if (statements.Count == 0 && reader.Faults.Count == 0)
                faults.Add(new(StatementReader.Place(line), $"-- name: {title} has no statement", "Write one below it"));
            operations.Add(new(title, name, line, statements, BeginOf(marks, statements, faults)) { Tenant = TenantOf(marks, faults) });
        }
    }

    /// <summary>Statements without names, as set-up and clean-up have them.</summary>
    public static (IReadOnlyList<SqlStatement> Statements, IReadOnlyList<InputFault> Faults) ReadScript(byte[] bytes)
    {
        if (TextOf(bytes) is not { } text) return ([], [new("", "it is no UTF-8 text", "Save it as UTF-8")]);
        var reader = new StatementReader(text, allowParameters: false);
        var statements = reader.Read(1);
        return (statements, statements.Count == 0 && reader.Faults.Count == 0
            ? [new("", "it holds no statement", "Write one, or leave the file out")]
            : reader.Faults);
    }

    private static string? TextOf(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes).ReplaceLineEndings("\n");
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // A line within a text in dollar quotes may look like a name: that is rare, and a name at the start of a line can be moved.
    private static IEnumerable<(string? Name, string Text, int Line)> Parts(string text)
    {
        var lines = text.Split('\n');
        string? name = null;
        var (start, begin) = (0, 0);
        for (var i = 0; i <= lines.Length; i++)
        {
            var mark = i < lines.Length && lines[i].StartsWith("--", StringComparison.Ordinal) ? Mark.Read(lines[i]) : null;
            if (i < lines.Length && mark is not { Word: Mark.Name }) continue;
            yield return (name, string.Join('\n', lines[start..i]), begin + 1);
            (name, start, begin) = (mark?.Value, i, i);
        }
    }

    private static IEnumerable<(Mark Mark, int Line)> MarksOf(string body, int line)
    {
        foreach (var (index, text) in body.Split('\n').Index())
            if (text.TrimStart().StartsWith("--", StringComparison.Ordinal) && Mark.Read(text.AsSpan().Trim()) is { } mark)
                yield return (mark, line + index);
    }

    private static string? BeginOf(
        IReadOnlyList<(Mark Mark, int Line)> marks, IReadOnlyList<SqlStatement> statements, List<InputFault> faults)
    {
        foreach (var (mark, line) in marks.Where(one => one.Mark.Word == Mark.Transaction))
        {
            if (!Begins.TryGetValue(mark.Value, out var begin))
                faults.Add(new(StatementReader.Place(line), $"-- transaction: '{StatementReader.Short(mark.Value)}' is not known",
                    $"Allowed: {string.Join(", ", Begins.Keys.Where(word => word.Length > 0))}, or nothing"));
            if (statements.FirstOrDefault(statement => statement.Verb is "begin" or "start" or "commit" or "end" or "rollback") is { } own)
                faults.Add(new(StatementReader.Place(own.Line), $"'{own.Verb}' stands in what is a transaction already",
                    "Take out one of both"));
            return begin;
        }

        return null;
    }

    /// <returns>Names of $1, $2 and so on, where the statement counts its parameters; null where it names them.</returns>
    private static List<string>? PositionalOf(IReadOnlyList<(Mark Mark, int Line)> marks, List<InputFault> faults)
    {
        if (marks.FirstOrDefault(one => one.Mark.Word == Mark.Parameters) is not { Line: > 0 } given) return null;
        List<string> names = [.. given.Mark.Value.Split(',', StringSplitOptions.TrimEntries).Select(name => name.TrimStart(':'))];
        foreach (var name in names.Where(name => !IsReference(name)))
            faults.Add(new(StatementReader.Place(given.Line), $"-- parameters: '{StatementReader.Short(name)}' is no name",
                "Give names with commas between them, such as '-- parameters: customer, order.id'"));
        return names;
    }

    private static string? TenantOf(IReadOnlyList<(Mark Mark, int Line)> marks, List<InputFault> faults)
    {
        if (marks.FirstOrDefault(one => one.Mark.Word == Mark.Tenant) is not { Line: > 0 } given) return null;
        var name = given.Mark.Value.TrimStart(':');
        if (!IsReference(name))
            faults.Add(new(StatementReader.Place(given.Line), $"-- tenant: '{StatementReader.Short(name)}' is no name",
                "Give a parameter, such as '-- tenant: :page.tenant'"));
        return name;
    }

    private static bool IsReference(string name) => name.Split('.') is { Length: 1 or 2 } parts && parts.All(StatementReader.IsName);
}
