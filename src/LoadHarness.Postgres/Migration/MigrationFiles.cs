using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Postgres.Migration;

/// <summary>The SQL files of a schema, read and cut into steps.</summary>
/// <remarks>
/// A migration is a folder <c>NNN_name/{up,down}/*.sql</c>, or the pair <c>NNN_name.up.sql</c> and <c>NNN_name.down.sql</c>.
/// Lines of the form <c>-- step: name</c> cut a file; <c>-- no-transaction</c> right below marks a step of one statement
/// that runs outside a transaction, <c>-- beside-previous</c> one that runs at the same time as the step before it;
/// <c>-- each-partition: table</c> one that runs once for each partition, named <c>{partition}</c>, its index <c>{index:ending}</c>;
/// <c>-- include: path</c> takes a step's text from another file below <c>sql</c>.
/// </remarks>
public sealed partial record MigrationFiles(
    string BaseSchema, IReadOnlyList<SchemaMigration> Migrations, IReadOnlyList<RepeatableFile> Repeatables)
{
    private const string StepMark = "-- step:";
    private const string NoTransactionMark = "-- no-transaction";
    private const string BesideMark = "-- beside-previous";
    private const string IncludeMark = "-- include:";
    private const string PartitionMark = "-- each-partition:";

    /// <summary>Names of the tables and materialized views that the files make.</summary>
    public IReadOnlyList<string> Tables =>
    [
        .. Migrations.SelectMany(migration => migration.Up).Select(step => step.Sql).Prepend(BaseSchema)
            .SelectMany(sql => Table().Matches(sql)).Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The files that ship with the program.</summary>
    public static MigrationFiles Read() => Read(Path.Combine(AppContext.BaseDirectory, "sql"));

    /// <exception cref="HarnessException">A folder or a down file is missing.</exception>
    public static MigrationFiles Read(string sqlDirectory)
    {
        var schema = Path.Combine(sqlDirectory, "schema.sql");
        if (!File.Exists(schema))
            throw new HarnessException($"The base schema {schema} is missing. Build the program again: the SQL files travel next to it.");
        return new MigrationFiles(
            File.ReadAllText(schema),
            ReadMigrations(sqlDirectory),
            [.. SqlFiles(Path.Combine(sqlDirectory, "functions")).Select(ReadRepeatable)]);
    }

    private static List<SchemaMigration> ReadMigrations(string sqlDirectory)
    {
        var directory = Path.Combine(sqlDirectory, "migrations");
        if (!Directory.Exists(directory))
            return [];
        var folders = Directory.GetDirectories(directory).Select(path => new SchemaMigration(
            Path.GetFileName(path),
            ReadSteps(sqlDirectory, SqlFiles(Path.Combine(path, "up"))),
            ReadSteps(sqlDirectory, SqlFiles(Path.Combine(path, "down")))));
        var pairs = Directory.GetFiles(directory, "*.up.sql").Select(path => new SchemaMigration(
            Path.GetFileName(path)[..^".up.sql".Length],
            ReadSteps(sqlDirectory, [path]),
            ReadSteps(sqlDirectory, [DownOf(path)])));
        return [.. folders.Concat(pairs).OrderBy(migration => migration.Name, StringComparer.Ordinal)];
    }

    private static string DownOf(string upPath)
    {
        var down = upPath[..^".up.sql".Length] + ".down.sql";
        return File.Exists(down) ? down : throw new HarnessException($"The migration {upPath} has no way back: add {down}.");
    }

    private static List<string> SqlFiles(string directory) => Directory.Exists(directory)
        ? [.. Directory.GetFiles(directory, "*.sql").OrderBy(Path.GetFileName, StringComparer.Ordinal)]
        : [];

    private static RepeatableFile ReadRepeatable(string path)
    {
        var text = File.ReadAllText(path);
        return new RepeatableFile(Path.GetFileName(path), text, ChecksumOf(text));
    }

    private static List<MigrationStep> ReadSteps(string sqlDirectory, IEnumerable<string> paths) =>
        [.. paths.SelectMany(path => CutSteps(sqlDirectory, TopicOf(path), File.ReadAllText(path)))];

    private static string TopicOf(string path) => Path.GetFileName(path).Split('.')[0];

    private static IEnumerable<MigrationStep> CutSteps(string sqlDirectory, string topic, string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var starts = Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith(StepMark, StringComparison.Ordinal)).ToList();
        if (starts.Count == 0)
        {
            yield return StepOf(sqlDirectory, topic, lines);
            yield break;
        }

        foreach (var (start, end) in starts.Zip(starts.Skip(1).Append(lines.Length)))
            yield return StepOf(sqlDirectory, $"{topic}/{lines[start][StepMark.Length..].Trim()}", lines[(start + 1)..end]);
    }

    private static MigrationStep StepOf(string sqlDirectory, string name, string[] lines)
    {
        var own = string.Join('\n', lines).Trim();
        var sql = ArgumentOf(IncludeMark, lines) is { } include ? File.ReadAllText(Path.Combine(sqlDirectory, include)) : own;
        return new MigrationStep(name, sql, ChecksumOf(own), InTransaction: !lines.Contains(NoTransactionMark),
            Concurrent: lines.Contains(BesideMark), ArgumentOf(PartitionMark, lines));
    }

    private static string? ArgumentOf(string mark, string[] lines) =>
        lines.FirstOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal))?[mark.Length..].Trim();

    private static string ChecksumOf(string text) =>
        TextHash.Of(text.ReplaceLineEndings("\n"));

    // What lies in the schema loadharness is the migrator's own.
    [GeneratedRegex(
        @"^\s*create\s+(unlogged\s+table|table|materialized\s+view)\s+(if\s+not\s+exists\s+)?((public|loadharness_build)\.)?"
            + @"(?<name>\w+)(?![\w.])",
        RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Table();
}
