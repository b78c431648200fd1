using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Gives a server that was started for a run what one has that runs for long: WAL segments to write over. A new segment is filled
/// with zeros and synced while every commit waits for it; see docs/decisions/0015.
/// </summary>
public static class RecycledWal
{
    // Segments after the one being written; a name of another kind is a history or backup file.
    private const string Ready = """
        select count(*) from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$' and name > pg_walfile_name(pg_current_wal_insert_lsn())
        """;

    private const string Wanted = "select ceil(least($1, pg_size_bytes(current_setting('min_wal_size')))::numeric / $2)::bigint";

    private const string SegmentBytes = "select pg_size_bytes(current_setting('wal_segment_size'))";

    // A segment is left only when something was written to it. Segments at hand are written over, and the others are made.
    private const string PassOver =
        "select count(pg_switch_wal()) from generate_series(1, $1) where pg_logical_emit_message(false, 'loadharness', '') is not null";

    /// <summary>
    /// Ends with a checkpoint, after which so many bytes of WAL can be written over. Costs 3 to 4 seconds for each gigabyte that is not
    /// there yet.
    /// </summary>
    /// <param name="admin">A superuser of a server that serves nobody else.</param>
    /// <param name="bytes">At most min_wal_size are made: so much the server keeps in any case.</param>
    /// <returns>Bytes of WAL that can be written over.</returns>
    public static async Task<long> ProvideAsync(NpgsqlDataSource admin, long bytes, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync("checkpoint", cancellationToken);
        var segmentBytes = await connection.ScalarAsync<long>(SegmentBytes, cancellationToken);
        var wanted = await connection.ScalarAsync<long>(Wanted, cancellationToken, bytes, segmentBytes);
        if (await connection.ScalarAsync<long>(Ready, cancellationToken) < wanted)
        {
            await connection.ScalarAsync<long>(PassOver, cancellationToken, wanted);
            await connection.ExecuteAsync("checkpoint", cancellationToken);
        }

        return await connection.ScalarAsync<long>(Ready, cancellationToken) * segmentBytes;
    }
}
