using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>What a server still gives of its max_connections.</summary>
public static class FreeConnections
{
    private const string Query =
        """
        select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true), '0')::int
               - (select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid())::int
        """;

    /// <returns>Connections that a login without privileges gets, were this one closed.</returns>
    public static Task<int> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<int>(Query, cancellationToken);
}
