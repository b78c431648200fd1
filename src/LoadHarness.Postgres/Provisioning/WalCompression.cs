using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>
/// Compresses full-page images in the WAL with LZ4 where the server was built with it: after a checkpoint, an import writes
/// the first change to each index page as a whole page, and half of its time was that.
/// </summary>
internal static class WalCompression
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task EnableAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        if (!await IsTrueAsync(connection,
            "select 'lz4' = any (enumvals) and setting <> 'lz4' from pg_settings where name = 'wal_compression'", cancellationToken))
            return;

        await using (var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new("alter system set wal_compression = lz4"), new("select pg_reload_conf()") },
        })
            await batch.ExecuteNonQueryAsync(cancellationToken);
        // The server reads its settings again in its own time, and the session after that.
        for (var waited = TimeSpan.Zero; waited < Patience
            && !await IsTrueAsync(connection, "select current_setting('wal_compression') = 'lz4'",
            cancellationToken); waited += TimeSpan.FromMilliseconds(20))
            await Task.Delay(20, cancellationToken);
    }

    private static async Task<bool> IsTrueAsync(NpgsqlConnection connection, string question, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(question, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
