using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>
/// Opens a session that ends when it is disposed. The driver keeps its pools by connection string for as long as the program runs: a
/// server that comes to the port of one that was removed, with the same password, would be given the dead one's sessions; and on a server
/// of somebody's own, an idle session would be left behind.
/// </summary>
/// <remarks>The one place where a pool is turned off.</remarks>
public static class SingleSession
{
    /// <summary>Each session of the source ends when it is disposed: none is left idle until the source goes.</summary>
    public static NpgsqlDataSource Source(string connectionString) => Source(new NpgsqlConnectionStringBuilder(connectionString));

    /// <inheritdoc cref="Source(string)"/>
    public static NpgsqlDataSource Source(NpgsqlConnectionStringBuilder settings) => NpgsqlDataSource.Create(Unpooled(settings));

    /// <summary>Not opened yet. The source does not tell its password, but gives it to a copy of a session of its own.</summary>
    public static NpgsqlConnection To(NpgsqlDataSource source)
    {
        using var pooled = source.CreateConnection();
        return pooled.CloneWith(Unpooled(new NpgsqlConnectionStringBuilder(source.ConnectionString)));
    }

    /// <summary>Not opened yet.</summary>
    public static NpgsqlConnection To(string connectionString) => To(new NpgsqlConnectionStringBuilder(connectionString));

    /// <inheritdoc cref="To(string)"/>
    public static NpgsqlConnection To(NpgsqlConnectionStringBuilder settings) => new NpgsqlConnection(Unpooled(settings));

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

    // A copy: the settings are the caller's.
    private static string Unpooled(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString;
}
