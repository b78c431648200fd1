using System.Text;
using System.Text.RegularExpressions;
using LoadHarness.Core;

namespace LoadHarness.Postgres;

/// <summary>One named piece of a .sql file: what its heading says, and its statements.</summary>
/// <param name="Values">
/// Of the heading <c>-- id: NAME; key=value</c>: psql's variables <c>:key</c> and <c>:'key'</c> are replaced by them.
/// </param>
/// <param name="Headers">Lines <c>-- key: value</c> between the heading and the first statement.</param>
public sealed record SqlEntry(
    string Name, IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<string> Statements);

/// <summary>
/// SQL kept in files that a person can read and psql can run. An entry begins with a line <c>-- id: ...</c> (or another mark) and ends at
/// the next one; entries that differ in values alone share their statements.
/// </summary>
public static partial class SqlFile
{
    /// <summary>Path below the SQL that ships with the program.</summary>
    public static string Shipped(params string[] parts) => Path.Combine([AppContext.BaseDirectory, "sql", .. parts]);

    /// <exception cref="HarnessException">A name stands twice, or an entry has no statement.</exception>
    public static IReadOnlyList<SqlEntry> ReadFolder(string mark, string path)
    {
        var entries = Directory.EnumerateFiles(path, "*.sql").Order(StringComparer.Ordinal).SelectMany(file => Read(mark, file)).ToList();
        if (entries.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new HarnessException($"{path}: the name '{twice.Key}' stands twice. Rename one.");
        return entries;
    }

    /// <exception cref="HarnessException">An entry has no statement.</exception>
    public static IReadOnlyList<SqlEntry> Read(string mark, string file)
    {
        var entries = new List<SqlEntry>();
        var (names, body) = (new List<string>(), new List<string>());
        foreach (var line in File.ReadLines(file))
        {
            if (!line.StartsWith($"-- {mark}: ", StringComparison.Ordinal))
            {
                body.Add(line);
                continue;
            }

            if (body.Any(IsSql)) Close();
            names.Add(line[(mark.Length + 5)..]);
            body.Clear();
        }

        Close();
        return entries;

        void Close()
        {
            if (names.Count == 0) return;
            var headers = body.TakeWhile(line => !IsSql(line)).Select(line => Header().Match(line)).Where(match => match.Success)
                .GroupBy(match => match.Groups[1].Value, match => match.Groups[2].Value)
                .ToDictionary(header => header.Key, header => header.Count() == 1 ? header.First() : throw new HarnessException(
                    $"{file}: above '{names[0]}' the line '-- {header.Key}:' stands twice. Keep one."));
            var statements = Statements(body, file);
            if (statements.Count == 0) throw new HarnessException($"{file}: '{names[0]}' has no statement. Add one.");
            entries.AddRange(names.Select(name => Entry(name, headers, statements)));
            names.Clear();
        }
    }

    private static bool IsSql(string line) => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal);

    private static SqlEntry Entry(string heading, IReadOnlyDictionary<string, string> headers, IReadOnlyList<string> statements)
    {
        var parts = heading.Split(';', StringSplitOptions.TrimEntries);
        var values = parts.Skip(1).Select(part => part.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new(parts[0], values, headers, [.. statements.Select(statement => Fill(statement, values))]);
    }

    // A statement ends with a line that ends with a semicolon outside a body in dollar quotes.
    private static List<string> Statements(IEnumerable<string> lines, string file)
    {
        var statements = new List<string>();
        var text = new StringBuilder();
        var quoted = false;
        foreach (var line in lines.Where(IsSql))
        {
            if (line.StartsWith(@"\ir ", StringComparison.Ordinal))
            {
                statements.Add(File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, line[4..].Trim())));
                continue;
            }

            text.Append(line).Append('\n');
            if (line.Split("$$").Length % 2 == 0) quoted = !quoted;
            if (quoted || !line.EndsWith(';')) continue;
            statements.Add(text.ToString().TrimEnd().TrimEnd(';'));
            text.Clear();
        }

        if (text.Length > 0) statements.Add(text.ToString().TrimEnd());
        return statements;
    }

    /// <summary>The statement with psql's variables replaced: <c>:'key'</c> by a literal, <c>:key</c> by the text itself.</summary>
    public static string Fill(string statement, IReadOnlyDictionary<string, string> values) => values.Count == 0
        ? statement
        : Variable().Replace(statement, match => values.TryGetValue(match.Groups[2].Value, out var value)
            ? match.Groups[1].Length > 0 ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : value
            : match.Value);

    [GeneratedRegex(@"^-- ([a-z]+): (.+)$")]
    private static partial Regex Header();

    // Comments and literals are passed over, as psql does.
    [GeneratedRegex(@"--[^\n]*|'(?:[^']|'')*'|(?<![:\w]):('?)([a-z_]+)\b\1")]
    private static partial Regex Variable();
}
