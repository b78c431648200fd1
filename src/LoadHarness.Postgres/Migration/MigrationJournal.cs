using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>What was applied, kept in the database itself: schema <c>loadharness</c>.</summary>
internal sealed class MigrationJournal(NpgsqlConnection connection)
{
    public const string Up = "up";
    public const string Down = "down";

    private const string Repeatable = "repeatable";

    public Task CreateAsync(CancellationToken cancellationToken) => connection.ExecuteAsync(
        ProgramSql.Of("migration-journal"), cancellationToken);

    public async Task<bool> ExistsAsync(CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>("select to_regclass('loadharness.journal') is not null", cancellationToken);

    /// <summary>Checksums by step name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StepsAsync(
        string migration, string direction, CancellationToken cancellationToken) => (await connection.ListAsync(
            "select step, checksum from loadharness.journal where migration = $1 and direction = $2",
            row => (Step: row.GetString(0), Checksum: row.GetString(1)), cancellationToken, migration, direction))
            .ToDictionary(entry => entry.Step, entry => entry.Checksum, StringComparer.Ordinal);

    public Task<IReadOnlyDictionary<string, string>> RepeatablesAsync(CancellationToken cancellationToken) =>
        StepsAsync(Repeatable, Repeatable, cancellationToken);

    public Task WriteAsync(string migration, string direction, MigrationStep step, TimeSpan duration,
        CancellationToken cancellationToken) =>
        WriteAsync(migration, direction, step.Name, step.Checksum, duration, cancellationToken);

    public Task WriteAsync(RepeatableFile file, TimeSpan duration, CancellationToken cancellationToken) =>
        WriteAsync(Repeatable, Repeatable, file.Name, file.Checksum, duration, cancellationToken);

    public Task ForgetAsync(string migration, CancellationToken cancellationToken) =>
        connection.ExecuteAsync("delete from loadharness.journal where migration = $1", cancellationToken, migration);

    public Task ForgetRepeatablesAsync(CancellationToken cancellationToken) => ForgetAsync(Repeatable, cancellationToken);

    /// <summary>
    /// Leaves nothing behind: after the last migration is reverted the database is what it was. What the seeder keeps there is the rows',
    /// which are there as before.
    /// </summary>
    public async Task DropAsync(CancellationToken cancellationToken)
    {
        var isSeeded = await connection.ScalarAsync<bool>("select to_regclass('loadharness.seed_run') is not null", cancellationToken);
        string[] drops = isSeeded
            ? [.. await connection.TextsAsync(ProgramSql.Of("drops-of-the-migrators-own"), cancellationToken)]
            : ["drop schema if exists loadharness cascade"];
        // All or nothing: a part of them would be in the way of the next migration.
        await connection.ExecuteAsync(string.Join("; ", drops), cancellationToken);
    }

    /// <exception cref="HarnessException">A journaled step's text has changed since it ran.</exception>
    public static void RefuseChanged(SchemaMigration migration, IReadOnlyDictionary<string, string> journaled)
    {
        var changed = ChangedSteps(migration, journaled).ToList();
        if (changed.Count > 0)
        {
            throw new HarnessException(
                $"The migration {migration.Name} was changed after it ran here: {string.Join(", ", changed)}. "
                + "Restore the files, and put the change into a migration of its own.");
        }
    }

    public static IEnumerable<string> ChangedSteps(SchemaMigration migration, IReadOnlyDictionary<string, string> journaled) =>
        journaled.Where(entry => migration.Up.FirstOrDefault(step => step.Name == entry.Key)?.Checksum != entry.Value)
            .Select(entry => entry.Key)
            .Order(StringComparer.Ordinal);

    private async Task WriteAsync(
        string migration, string direction, string step, string checksum, TimeSpan duration, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(
            """
            insert into loadharness.journal (migration, direction, step, checksum, duration_ms)
            values ($1, $2, $3, $4, $5)
            on conflict (migration, direction, step) do update
                set checksum = excluded.checksum, duration_ms = excluded.duration_ms, applied_at = clock_timestamp()
            """,
            cancellationToken, migration, direction, step, checksum, duration.TotalMilliseconds);
}
