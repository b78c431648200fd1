using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Sql;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>
/// Runs files of an arm's own, and gives the planner the statistics of what they touched: autovacuum, which else does so, is off.
/// </summary>
internal static class ArmScript
{
    // The counts of a session that has not told them yet are missing in every other one.
    private const string TellCounts = "select pg_stat_force_next_flush()";

    // What a table has after the files and had not before is new, or was changed. ANALYZE of a partitioned table is one of all its
    // partitions.
    private const string Marks =
        """
        select coalesce(pg_partition_root(t.oid), t.oid::regclass)::text, m.mark
        from pg_class t
        join pg_namespace n on n.oid = t.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        cross join lateral (
            select format('index %s', i.indexrelid) from pg_index i where i.indrelid = t.oid
            union all
            select format('statistics %s', s.oid) from pg_statistic_ext s where s.stxrelid = t.oid
            union all
            -- A table that is rewritten may have lost those of columns with another type.
            select format('file %s of %s', pg_relation_filenode(t.oid), t.oid) where t.relkind <> 'p'
            union all
            select format('%s changed rows of %s', pg_stat_get_mod_since_analyze(t.oid), t.oid)
            where pg_stat_get_mod_since_analyze(t.oid) > 0
        ) m (mark)
        where t.relkind in ('r', 'p', 'm')
        """;

    /// <exception cref="HarnessException">The file cannot be read, or is no SQL.</exception>
    public static IReadOnlyList<SqlStatement> Read(string file) => SqlScript.Read(file, PlaceOf(file));

    /// <param name="connection">To the same database. It stays as it is, whatever the files set.</param>
    /// <exception cref="HarnessException">A file cannot be read, or the server refused a statement.</exception>
    public static async Task RunAsync(
        NpgsqlDataSource admin, NpgsqlConnection connection, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        if (files.Count == 0) return;
        await connection.ExecuteAsync(TellCounts, cancellationToken);
        var before = await MarksAsync(connection, cancellationToken);
        foreach (var file in files) await RunAsync(admin, file, cancellationToken);
        var after = await MarksAsync(connection, cancellationToken);
        foreach (var table in after.Except(before).Select(mark => mark.Table).Distinct().Order(StringComparer.Ordinal))
            await connection.ExecuteAsync($"analyze {table}", cancellationToken);
    }

    private static async Task RunAsync(NpgsqlDataSource admin, string file, CancellationToken cancellationToken)
    {
        var statements = Read(file);
        // What a file sets ends with its session.
        await using var session = SingleSession.To(admin);
        await session.OpenAsync(cancellationToken);
        try
        {
            await SqlScript.RunAsync(session, PlaceOf(file), statements, cancellationToken);
        }
        catch (HarnessException fault) when (fault.InnerException is PostgresException refused && !ArmCluster.IsOfWords(refused))
        {
            throw new HarnessException(fault.Message, ExitCode.Fault, fault.InnerException);
        }

        await session.ExecuteAsync(TellCounts, cancellationToken);
    }

    private static Task<List<(string Table, string Mark)>> MarksAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ListAsync(Marks, row => (row.GetString(0), row.GetString(1)), cancellationToken);

    private static string PlaceOf(string file) => $"sql={file}";
}
