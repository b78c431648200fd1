using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>One statement of pg_stat_statements, since its counters began.</summary>
/// <param name="SquaredMilliseconds">Sum of the squares of the times, for the deviation.</param>
/// <param name="IoMilliseconds">Null where track_io_timing is off.</param>
internal sealed record StatementCount(
    string Text, long Calls, double Milliseconds, double SquaredMilliseconds, long Rows, long BlocksHit, long BlocksRead, long WalBytes,
        long TempBlocksWritten, double? IoMilliseconds)
{
    /// <summary>Times are sums over users: the same ones in another order differ in their last digits.</summary>
    private const double Rounding = 1e-9;

    /// <summary>A statement that has counted nothing.</summary>
    public static StatementCount None { get; } = new("", 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private long[] Counters => [Calls, Rows, BlocksHit, BlocksRead, WalBytes, TempBlocksWritten];

    /// <returns>As <see cref="StatementGrowth.IsOf"/>, of the times too.</returns>
    public bool Follows(StatementCount before) => StatementGrowth.IsOf(before.Counters, Counters)
        && Grew(before.Milliseconds, Milliseconds) && (IoMilliseconds is not { } io || Grew(before.IoMilliseconds ?? 0, io));

    private static bool Grew(double before, double after) => after >= before * (1 - Rounding);
}

/// <summary>pg_stat_statements at one moment: what clients sent, not what functions run inside.</summary>
/// <param name="Dropped">How often the view dropped its rarest statements, for want of room.</param>
internal sealed record StatementCounters(IReadOnlyDictionary<long, StatementCount> Statements, long Dropped)
{
    /// <summary>When all counters last began anew; null where the server does not say.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    /// <summary>What a statement had counted at an earlier moment: nothing, when it began anew since.</summary>
    public StatementCount CountedBefore(long id, StatementCounters earlier) =>
        ResetAt == earlier.ResetAt && earlier.Statements.GetValueOrDefault(id) is { } before && Statements[id].Follows(before)
            ? before
            : StatementCount.None;

    /// <summary>
    /// Whether somebody reset the counters, or those of some statements, since an earlier moment. A statement can also begin anew because
    /// the view dropped it, which <see cref="Dropped"/> says.
    /// </summary>
    public bool WereReset(StatementCounters earlier) => ResetAt != earlier.ResetAt
        || (Dropped == earlier.Dropped && earlier.Statements.Any(before =>
            Statements.GetValueOrDefault(before.Key) is not { } now || !now.Follows(before.Value)));

    /// <exception cref="PostgresException">The extension is not there, or may not be read.</exception>
    public static async Task<StatementCounters> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var counters = new Dictionary<long, StatementCount>();
        await using var found = await StatementView.FindAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(QueryFor(connection.PostgreSqlVersion.Major), connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counters[reader.GetInt64(0)] = new(
                await reader.IsDBNullAsync(1, cancellationToken) ? "" : reader.GetString(1), reader.GetInt64(2), reader.GetDouble(3),
                    reader.GetDouble(4),
                reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9),
                await reader.IsDBNullAsync(10, cancellationToken) ? null : reader.GetDouble(10));
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(counters, reader.GetInt64(0))
        {
            ResetAt = await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(1),
        };
    }

    // PostgreSQL 17 renamed the times of blocks.
    private static string QueryFor(int major) =>
        $"""
        select /* loadharness: statements */
               queryid, min(query), sum(calls)::bigint, sum(total_exec_time),
               sum(calls * (stddev_exec_time * stddev_exec_time + mean_exec_time * mean_exec_time)), sum(rows)::bigint,
               sum(shared_blks_hit)::bigint, sum(shared_blks_read)::bigint, sum(wal_bytes)::bigint, sum(temp_blks_written)::bigint,
               case when current_setting('track_io_timing')::bool
                    then sum({(major >= 17 ? "shared_blk_read_time + shared_blk_write_time" : "blk_read_time + blk_write_time")}) end
        from pg_stat_statements
        where dbid = (select oid from pg_database where datname = current_database()) and queryid is not null and toplevel
        group by queryid;

        select /* loadharness: statements */
               dealloc, stats_reset from pg_stat_statements_info
        """;
}
