using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>Reads how far a database is, changing nothing.</summary>
internal static class MigrationInspection
{
    public static async Task<MigrationStatus> ReadAsync(
        NpgsqlConnection connection, MigrationFiles files, CancellationToken cancellationToken)
    {
        var journal = new MigrationJournal(connection);
        var hasJournal = await journal.ExistsAsync(cancellationToken);
        var lines = new List<MigrationLine>();
        var changed = new List<string>();
        foreach (var migration in files.Migrations)
        {
            var up = hasJournal ? await journal.StepsAsync(migration.Name, MigrationJournal.Up, cancellationToken) : NoSteps;
            var down = hasJournal ? await journal.StepsAsync(migration.Name, MigrationJournal.Down, cancellationToken) : NoSteps;
            lines.Add(LineOf(migration, up, down));
            changed.AddRange(MigrationJournal.ChangedSteps(migration, up).Select(step => $"{migration.Name}/{step}"));
        }

        if (hasJournal)
            changed.AddRange(await ChangedFilesAsync(journal, files, cancellationToken));
        return new MigrationStatus(
            await connection.ScalarAsync<bool>("select to_regclass('public.leads') is not null", cancellationToken),
            lines,
            changed,
            await InvalidIndexes.FindAsync(connection, files, cancellationToken),
            await DefaultRowsAsync(connection, cancellationToken),
            await connection.TextsAsync(
                """
                select name
                from unnest(array['btree_gin', 'btree_gist', 'pg_cron', 'pg_partman', 'pg_stat_statements', 'pg_trgm']) as name
                where not exists (select 1 from pg_available_extensions a where a.name = name.name)
                """,
                cancellationToken));
    }

    private static IReadOnlyDictionary<string, string> NoSteps { get; } = new Dictionary<string, string>();

    private static MigrationLine LineOf(
        SchemaMigration migration, IReadOnlyDictionary<string, string> up, IReadOnlyDictionary<string, string> down)
    {
        var state = up.Count == 0 ? MigrationState.Absent
            : down.Count > 0 ? MigrationState.Reverting
            : migration.Up.All(step => up.ContainsKey(step.Name)) ? MigrationState.Applied
            : MigrationState.Applying;
        return new MigrationLine(migration.Name, state, up.Count, migration.Up.Count);
    }

    private static async Task<IEnumerable<string>> ChangedFilesAsync(
        MigrationJournal journal, MigrationFiles files, CancellationToken cancellationToken)
    {
        var applied = await journal.RepeatablesAsync(cancellationToken);
        return files.Repeatables
            .Where(file => applied.TryGetValue(file.Name, out var checksum) && checksum != file.Checksum)
            .Select(file => $"functions/{file.Name}");
    }

    private static async Task<IReadOnlyList<string>> DefaultRowsAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<bool>("select to_regprocedure('check_default_partitions()') is not null", cancellationToken)
            ? await connection.TextsAsync(
                "select partition::text || ': ' || row_count || ' rows' from check_default_partitions() where row_count > 0",
                    cancellationToken)
            : [];
}
