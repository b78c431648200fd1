using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>
/// Refuses to replace a table by a new one while somebody else has added to it what the new one would not have, or uses it so that the
/// old one could not be dropped. Without this the first is lost without a word, and the second stops the migrator half-way.
/// </summary>
/// <remarks>What the files make of the tables is read from the files: a migration that adds a column needs no change here.</remarks>
internal sealed partial class ReplacementGuard(NpgsqlConnection connection, MigrationFiles files, IStageProgress progress)
{
    // A table is replaced by a partitioned one and the other way round: its kind tells whether it was, also when a step was killed.
    private const string Plain = "r";
    private const string Partitioned = "p";

    private string[] Replaced => [.. Ups(files.Migrations).SelectMany(sql => Successor().Matches(sql)).Select(NameOf).Distinct()];

    private string[] Texts =>
        [files.BaseSchema, .. Ups(files.Migrations), .. Downs(files.Migrations), .. files.Repeatables.Select(file => file.Sql)];

    /// <summary>Before the first step up. It asks nothing of tables that were replaced already.</summary>
    /// <exception cref="HarnessException">Something would be lost, or be in the way.</exception>
    public Task CheckUpAsync(CancellationToken cancellationToken) =>
        CheckAsync(new("migrate", Plain, [.. ColumnsMade(Ups(files.Migrations))], [], [], []), cancellationToken);

    /// <summary>Before anything is dropped on the way down.</summary>
    /// <exception cref="HarnessException">Something would be lost, or be in the way.</exception>
    public async Task CheckDownAsync(MigrationJournal journal, CancellationToken cancellationToken)
    {
        var applied = new List<SchemaMigration>();
        foreach (var migration in files.Migrations)
        {
            if ((await journal.StepsAsync(migration.Name, MigrationJournal.Up, cancellationToken)).Count > 0)
                applied.Add(migration);
        }

        if (applied.Count == 0) return;
        var made = (files with { Migrations = applied }).Tables.Except((files with { Migrations = [] }).Tables);
        await CheckAsync(
            new(
                "rollback", Partitioned,
                [.. ColumnsMade([.. Ups(files.Migrations), .. Downs(files.Migrations)]), .. Changed(Ups(files.Migrations), AddedColumn())],
                Names(Policy()), [.. made], [.. Changed(Downs(applied), DroppedColumn())]),
            cancellationToken);
    }

    private async Task CheckAsync(Way way, CancellationToken cancellationToken)
    {
        var additions = await connection.TextsAsync(
            ProgramSql.Of("additions-to-replaced-tables"), cancellationToken,
            Replaced, way.Kind, way.Columns, Names(Trigger()), Names(Constraint()), way.Policies);
        var dependents = await connection.TextsAsync(
            ProgramSql.Of("dependents-of-dropped-tables"), cancellationToken,
            Replaced, way.Kind, way.DroppedTables, way.DroppedColumns, files.Tables.ToArray());
        var policies = await connection.TextsAsync(
            ProgramSql.Of("policies-that-steps-would-change"), cancellationToken, way.Kind, files.Tables.ToArray());
        Refuse(way, additions, dependents, policies);
        var repeats = await connection.TextsAsync(
            ProgramSql.Of("repeat-for-replaced-tables"), cancellationToken, Replaced, way.Kind, Names(Index()));
        foreach (var statement in repeats)
            progress.Note($"The new table will not have this of the old one; run it after `{way.Verb}`: {statement};");
    }

    private static void Refuse(Way way, List<string> additions, List<string> dependents, List<string> policies)
    {
        var faults = new List<string>();
        if (additions.Count > 0)
        {
            faults.Add(
                $"`{way.Verb}` replaces tables, and the new ones would not have: {string.Join(", ", additions)}. Copy a column into "
                    + "a table of your own, by workspace_id and id, and drop it; drop the others, and make them again afterwards.");
        }

        if (dependents.Count > 0)
        {
            faults.Add(
                $"These use what `{way.Verb}` drops, and would stop it half-way: {string.Join(", ", dependents)}. "
                    + "Drop them, and make them again afterwards.");
        }

        if (policies.Count > 0)
        {
            faults.Add(
                way.Kind == Plain
                    ? $"`migrate` would change the rule of these, for they bear the name of its own: {string.Join(", ", policies)}. "
                        + "Rename them: alter policy tenant on TABLE rename to ANOTHER_NAME."
                    : $"These use tenant_workspace(), which `rollback` drops: {string.Join(", ", policies)}. Give them a rule without it.");
        }

        if (faults.Count > 0)
            throw new HarnessException($"{string.Join(" ", faults)} No step was run: run {way.Verb} again after that.");
    }

    private static IEnumerable<string> Ups(IEnumerable<SchemaMigration> migrations) =>
        migrations.SelectMany(migration => migration.Up).Select(step => step.Sql);

    private static IEnumerable<string> Downs(IEnumerable<SchemaMigration> migrations) =>
        migrations.SelectMany(migration => migration.Down).Select(step => step.Sql);

    private static IEnumerable<string> ColumnsMade(IEnumerable<string> statements) =>
        ColumnsIn(statements.SelectMany(sql => Successor().Matches(sql)), Column());

    private static IEnumerable<string> Changed(IEnumerable<string> statements, Regex change) =>
        ColumnsIn(statements.SelectMany(sql => Alteration().Matches(sql)), change);

    private static IEnumerable<string> ColumnsIn(IEnumerable<Match> tables, Regex column) =>
        tables.SelectMany(table => column.Matches(table.Groups["body"].Value), (table, found) => $"{NameOf(table)}.{NameOf(found)}");

    private string[] Names(Regex mark) => [.. Texts.SelectMany(sql => mark.Matches(sql)).Select(NameOf).Distinct()];

    private static string NameOf(Match found) => found.Groups["name"].Value;

    [GeneratedRegex(
        @"^create\s+table\s+loadharness_build\.(?<name>\w+)\s*\(\n(?<body>.*?)^\)",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Successor();

    // A line of its own, four to the right; what goes on below it stands further right.
    [GeneratedRegex(@"^ {4}(?!(?:constraint|check|unique|primary|foreign|exclude)\b)(?<name>\w+) ", RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"^\s*alter\s+table\s+(?:public\.)?(?<name>\w+)(?<body>[^;]*)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Alteration();

    [GeneratedRegex(@"\badd\s+column\s+(?:if\s+not\s+exists\s+)?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex AddedColumn();

    [GeneratedRegex(@"\bdrop\s+column\s+(?:if\s+exists\s+)?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex DroppedColumn();

    [GeneratedRegex(@"\bcreate\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\s+(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Trigger();

    [GeneratedRegex(@"\bconstraint\s+(?:if\s+exists\s+)?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Constraint();

    [GeneratedRegex(@"\bcreate\s+policy\s+(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Policy();

    [GeneratedRegex(@"\bcreate\s+(?:unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?<name>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex Index();

    /// <summary>What the steps of one direction make and drop.</summary>
    /// <param name="Kind">Of the tables that are not replaced yet.</param>
    /// <param name="Columns">That the files make, as table.column, as are those that the steps drop.</param>
    /// <param name="Policies">Names of those that the files make on the tables.</param>
    private sealed record Way(
        string Verb, string Kind, string[] Columns, string[] Policies, string[] DroppedTables, string[] DroppedColumns);
}
