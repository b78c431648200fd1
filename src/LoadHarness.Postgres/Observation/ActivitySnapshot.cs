using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>The server's counters at one moment.</summary>
/// <param name="Waits">Active sessions by what they wait for; <see cref="WaitEventCounts.Cpu"/> for those that run.</param>
internal sealed record ActivitySnapshot(
    DateTimeOffset AtUtc,
    int Active,
    int Waiting,
    int IdleInTransaction,
    int Connections,
    IReadOnlyDictionary<string, int> Waits,
    long BlocksHit,
    long BlocksRead,
    long Transactions,
    decimal WalBytes,
    TimeSpan ServerCpu,
    long ServerResidentBytes)
{
    // Background processes are no connections. A client that waits for its own program (ClientRead) is not waiting for the database.
    private const string Query =
        """
        select coalesce(a.state, 'unknown'), coalesce(a.wait_event_type, ''), coalesce(a.wait_event, ''), count(*)::int
        from pg_stat_activity a
        where a.backend_type = 'client backend' and a.datname = current_database() and a.pid <> pg_backend_pid()
        group by 1, 2, 3;

        select d.blks_hit, d.blks_read, d.xact_commit + d.xact_rollback, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')
        from pg_stat_database d
        where d.datname = current_database()
        """;

    public static async Task<ActivitySnapshot> ReadAsync(NpgsqlDataSource admin, ServerProcesses processes, CancellationToken stop)
    {
        await using var command = admin.CreateCommand(Query);
        await using var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        int active = 0, waiting = 0, idleInTransaction = 0, connections = 0;
        var waits = new Dictionary<string, int>();
        while (await reader.ReadAsync(stop).ConfigureAwait(false))
        {
            var (state, type, name, count) = (reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3));
            connections += count;
            if (state.StartsWith("idle in transaction", StringComparison.Ordinal)) idleInTransaction += count;
            if (state != "active" || type == "Client") continue;
            active += count;
            if (type.Length > 0) waiting += count;
            var wait = type.Length == 0 ? WaitEventCounts.Cpu : $"{type}:{name}";
            waits[wait] = waits.GetValueOrDefault(wait) + count;
        }

        await reader.NextResultAsync(stop).ConfigureAwait(false);
        await reader.ReadAsync(stop).ConfigureAwait(false);
        var (cpu, resident) = processes.Read();
        return new(
            DateTimeOffset.UtcNow, active, waiting, idleInTransaction, connections, waits,
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDecimal(3), cpu, resident);
    }

    public DatabaseSample Since(ActivitySnapshot before, string? scenario)
    {
        var seconds = (AtUtc - before.AtUtc).TotalSeconds;
        var (hit, read) = (BlocksHit - before.BlocksHit, BlocksRead - before.BlocksRead);
        return new(
            AtUtc, scenario, Active, Waiting, IdleInTransaction, Connections,
            hit + read > 0 ? (double)hit / (hit + read) : null,
            (double)(WalBytes - before.WalBytes) / seconds,
            (Transactions - before.Transactions) / seconds,
            (ServerCpu - before.ServerCpu).TotalSeconds / seconds,
            ServerResidentBytes);
    }
}

internal sealed class WaitEventCounts
{
    /// <summary>Active and waiting for nothing: the session runs, or wants to.</summary>
    public const string Cpu = "CPU";

    private readonly Dictionary<(string Scenario, string Wait), int> _counts = [];

    public void Add(string scenario, IReadOnlyDictionary<string, int> waits)
    {
        foreach (var (wait, count) in waits) _counts[(scenario, wait)] = _counts.GetValueOrDefault((scenario, wait)) + count;
    }

    public IReadOnlyList<WaitEventShare> Shares() =>
    [
        .. _counts.GroupBy(entry => entry.Key.Scenario).SelectMany(group => group
            .Select(entry => new WaitEventShare(group.Key, entry.Key.Wait, (double)entry.Value / group.Sum(other => other.Value)))
            .OrderByDescending(share => share.Share)),
    ];
}
