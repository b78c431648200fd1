using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>Sessions for work that takes as long as it takes, such as an index on ten million rows.</summary>
public static class LongSessions
{
    // Those that the server has: transaction_timeout came with version 17.
    private const string Lift =
        """
        select set_config(name, '0', false) from pg_settings
        where name in ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout')
          and setting <> '0'
        """;

    /// <summary>A connection without the time limits that the login or the database sets for everyday statements.</summary>
    public static async Task<NpgsqlConnection> OpenLongAsync(this NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.LiftTimeLimitsAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>As <see cref="OpenLongAsync"/>, for a session that is open.</summary>
    public static Task LiftTimeLimitsAsync(this NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Lift, cancellationToken);
}
