using System.Text;
using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Sql;

namespace LoadHarness.Workloads.Initial;

/// <summary>A script of pgbench as named statements and parameters. What has no counterpart is refused by its name and line.</summary>
/// <param name="Name">Of the operation.</param>
/// <param name="Sql">Its statements, below their name.</param>
internal sealed partial record PgbenchScript(string Name, string Sql, IReadOnlyDictionary<string, ParameterFile> Parameters)
{
    private static readonly string[] Ends = ["end", "commit"];

    /// <param name="place">For messages: the file, or the name of the builtin.</param>
    /// <param name="scale">What <c>:scale</c> stands for; null where it is not known.</param>
    /// <exception cref="HarnessException">A line cannot be taken over.</exception>
    public static PgbenchScript Read(string name, string place, string text, long? scale)
    {
        var variables = new PgbenchVariables(place, scale);
        var sql = new StringBuilder();
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith('\\'))
            {
                sql.Append(lines[i]).Append('\n');
                continue;
            }

            var (first, command) = (i + 1, lines[i].Trim());
            // A command goes on behind a backslash at the end of its line.
            while (command.EndsWith('\\') && i + 1 < lines.Length) command = command[..^1] + " " + lines[++i].Trim();
            variables.Add(first, command);
            // Its lines stay, empty: a statement below keeps its number.
            sql.Append('\n', i + 2 - first);
        }

        return Whole(name, place, sql.ToString(), variables);
    }

    private static PgbenchScript Whole(string name, string place, string sql, PgbenchVariables variables)
    {
        var reader = new StatementReader(sql, allowParameters: true);
        var statements = reader.Read(1);
        if (reader.Faults is [var fault, ..]) throw Refused(place, 0, fault.ToString());
        if (statements.Count == 0) throw Refused(place, 0, "it has no statement");
        foreach (var statement in statements) RefuseQuoted(place, statement, variables);
        var isTransaction = statements is [{ Verb: "begin" }, .., var last] && Ends.Contains(last.Verb)
            && !statements.Skip(1).SkipLast(1).Any(statement => statement.Verb is "begin" or "rollback" || Ends.Contains(statement.Verb));
        var kept = isTransaction ? statements.Skip(1).SkipLast(1) : statements;
        var used = statements.SelectMany(statement => statement.Parameters).Distinct(StringComparer.Ordinal).ToList();
        var text = new StringBuilder().Append("-- name: ").Append(name).Append('\n');
        if (isTransaction) text.Append(TransactionOf(place, statements[0], statements[^1])).Append('\n');
        foreach (var statement in kept) text.Append(Named(statement)).Append(";\n");
        return new(name, text.ToString(), variables.Of(used));
    }

    /// <returns>The mark of a transaction of the same kind.</returns>
    private static string TransactionOf(string place, SqlStatement begin, SqlStatement end)
    {
        if (WordsBehind(end) is { Count: > 0 } more)
            throw Refused(place, end.Line, $"'{end.Verb} {string.Join(' ', more)}' has no counterpart here");
        var kind = StatementFile.TransactionOf(string.Join(' ', WordsBehind(begin).Prepend(begin.Verb)))
            ?? throw Refused(place, begin.Line, $"'{StatementReader.Short(begin.Text)}' has no counterpart here");
        return kind.Length > 0 ? $"-- transaction: {kind}" : "-- transaction";
    }

    // WORK and TRANSACTION say nothing.
    private static List<string> WordsBehind(SqlStatement statement)
    {
        List<string> words = [.. statement.Text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1)];
        return words is ["work" or "transaction", .. var rest] ? [.. rest] : words;
    }

    // pgbench puts a value into the text of the statement, in quotes too; a parameter cannot stand there.
    private static void RefuseQuoted(string place, SqlStatement statement, PgbenchVariables variables)
    {
        var text = statement.Text;
        for (var at = 0; at < text.Length;)
        {
            var end = SqlScanner.Skip(text, at);
            var quoted = text[at..end];
            if (Variable().Matches(quoted).FirstOrDefault(match => variables.IsSet(match.Groups["name"].Value)) is { } found)
                throw Refused(place, statement.LineOf(at + found.Index + 1), $"'{found.Value}' {Stands(quoted, found)}");
            at = Math.Max(end, at + 1);
        }
    }

    private static string Stands(string quoted, Match variable)
    {
        if (quoted[0] != '\'')
        {
            var what = quoted[0] switch { '"' => "a name in double quotes", '$' => "a text in dollar quotes", _ => "a hint" };
            return $"stands in {what}, where no parameter can be";
        }

        var (before, behind) = (quoted[1..variable.Index], quoted[(variable.Index + variable.Length)..^1]);
        var parts = $"{(before.Length > 0 ? $"'{before}' || " : "")}{variable.Value}{(behind.Length > 0 ? $" || '{behind}'" : "")}";
        return $"stands in a text: write {StatementReader.Short(parts)}";
    }

    private static string Named(SqlStatement statement) => SqlScanner.Replace(
        statement.Text, Numbered(), match => ":" + statement.Parameters[int.Parse(match.Groups["number"].ValueSpan) - 1]);

    internal static HarnessException Refused(string place, int line, string wrong) => new(
        $"{place}{(line > 0 ? $", line {line}" : "")}: {wrong.TrimEnd('.')}. Change the script, or write the workload by hand; "
            + "docs/your-workload.md shows how.",
        ExitCode.BadUsage);

    [GeneratedRegex(@"\G(?<!\w)\$(?<number>\d+)")]
    private static partial Regex Numbered();

    // Behind another colon it is none, whatever the name: pgbench passes over both.
    [GeneratedRegex(@"(?<!:):(?<name>[A-Za-z_]\w*)")]
    private static partial Regex Variable();
}
