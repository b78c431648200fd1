using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Ledger;

/// <summary>Which tables the sessions since the last look have read or written, by the server's own counts.</summary>
internal sealed class TouchedTables(NpgsqlDataSource admin)
{
    private const string Counts =
        """
        select r.relname, sum(s.seq_scan + coalesce(s.idx_scan, 0) + s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint
        from pg_stat_all_tables s
        join pg_class r on r.oid = coalesce(pg_partition_root(s.relid), s.relid)
        where s.schemaname = 'public'
        group by 1
        """;

    private const string OtherSessions =
        """
        select count(*) from pg_stat_activity
        where backend_type = 'client backend' and datname = current_database() and pid <> pg_backend_pid()
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private Dictionary<string, long> _before = [];

    /// <returns>The tables whose counts moved since the last call; of partitions, the partitioned table.</returns>
    public async Task<IReadOnlySet<string>> LookAsync(CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        await WaitForOthersAsync(connection, cancellationToken);
        var now = (await connection.ListAsync(Counts, row => (Name: row.GetString(0), Count: row.GetInt64(1)), cancellationToken))
            .ToDictionary(row => row.Name, row => row.Count);
        var touched = now.Where(table => table.Value != _before.GetValueOrDefault(table.Key)).Select(table => table.Key).ToHashSet();
        _before = now;
        return touched;
    }

    // A session tells its counts at its end at the latest.
    private static async Task WaitForOthersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var until = DateTimeOffset.UtcNow + Patience;
        while (DateTimeOffset.UtcNow < until && await connection.ScalarAsync<long>(OtherSessions, cancellationToken) > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
    }
}
