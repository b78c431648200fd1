using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Compresses full-page images in the WAL with LZ4 where the server was built with it: after a checkpoint, an import writes
/// the first change to each index page as a whole page, and half of its time was that.
/// </summary>
internal static class WalCompression
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task EnableAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = await SingleSession.OpenAsync(connectionString, cancellationToken);
        if (!await connection.ScalarAsync<bool>(
            "select 'lz4' = any (enumvals) and setting <> 'lz4' from pg_settings where name = 'wal_compression'", cancellationToken))
            return;

        await using (var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("alter system set wal_compression = lz4"), new("select pg_reload_conf()") },
        })
            await batch.ExecuteNonQueryAsync(cancellationToken);
        // The server reads its settings again in its own time, and the session after that.
        var waited = TimeSpan.Zero;
        while (waited < Patience
            && !await connection.ScalarAsync<bool>("select current_setting('wal_compression') = 'lz4'", cancellationToken))
        {
            await Task.Delay(Pause, cancellationToken);
            waited += Pause;
        }
    }
}
