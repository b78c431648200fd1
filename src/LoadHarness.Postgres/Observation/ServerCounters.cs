using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Counters of the server that only grow, until it is restarted or they are reset.</summary>
/// <param name="IoMilliseconds">Reading and writing blocks; null where track_io_timing is off.</param>
internal sealed record ServerCounters(
    long BlocksHit, long BlocksRead, long Transactions, decimal WalBytes, long TempBytes, double? IoMilliseconds, long Checkpoints)
{
    /// <summary>
    /// Has the session count into the counters what it did until now, this statement with it: it would do so about once a second, in a
    /// lump.
    /// </summary>
    public static async Task TellOwnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select /* loadharness: sampler */ pg_stat_force_next_flush()", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<ServerCounters> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(QueryFor(connection.PostgreSqlVersion.Major), connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDecimal(3), reader.GetInt64(4),
            await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetDouble(5), reader.GetInt64(6));
    }

    /// <returns>Whether nothing went back since: a restart or a reset makes differences senseless.</returns>
    public bool Follows(ServerCounters before) =>
        BlocksHit >= before.BlocksHit && BlocksRead >= before.BlocksRead && Transactions >= before.Transactions
            && WalBytes >= before.WalBytes
        && TempBytes >= before.TempBytes && (IoMilliseconds ?? 0) >= (before.IoMilliseconds ?? 0) && Checkpoints >= before.Checkpoints;

    // PostgreSQL 17 moved the checkpoints to a view of their own. A standby writes no WAL: it has that which it replayed.
    private static string QueryFor(int major) =>
        $"""
        select /* loadharness: sampler */
               d.blks_hit, d.blks_read, d.xact_commit + d.xact_rollback,
               pg_wal_lsn_diff(case when pg_is_in_recovery() then coalesce(pg_last_wal_replay_lsn(), '0/0')
                                    else pg_current_wal_insert_lsn() end, '0/0'),
               d.temp_bytes,
               case when current_setting('track_io_timing')::bool then d.blk_read_time + d.blk_write_time end,
               {(major >= 17
                   ? "(select num_timed + num_requested from pg_stat_checkpointer)"
                   : "(select checkpoints_timed + checkpoints_req from pg_stat_bgwriter)")}
        from pg_stat_database d
        where d.datname = current_database()
        """;
}
