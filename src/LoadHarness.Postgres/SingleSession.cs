using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>
/// Opens a session that ends when it is disposed. The driver keeps its pools by connection string for as long as the program runs: a
/// server that comes to the port of one that was removed, with the same password, would be given the dead one's sessions; and on a server
/// of somebody's own, an idle session would be left behind.
/// </summary>
public static class SingleSession
{
    /// <summary>Not opened yet.</summary>
    public static NpgsqlConnection To(string connectionString) => To(new NpgsqlConnectionStringBuilder(connectionString));

    /// <inheritdoc cref="To(string)"/>
    public static NpgsqlConnection To(NpgsqlConnectionStringBuilder settings)
    {
        var single = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false };
        return new NpgsqlConnection(single.ConnectionString);
    }

    /// <exception cref="NpgsqlException">There is no server, or it refuses the session.</exception>
    public static Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken) =>
        OpenAsync(new NpgsqlConnectionStringBuilder(connectionString), cancellationToken);

    /// <inheritdoc cref="OpenAsync(string, CancellationToken)"/>
    public static async Task<NpgsqlConnection> OpenAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var connection = To(settings);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
