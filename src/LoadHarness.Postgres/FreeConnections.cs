using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>What a server still gives of its max_connections.</summary>
public static class FreeConnections
{
    // Of another login's session, one without pg_read_all_stats sees database and user, and no kind.
    private const string Query =
        """
        select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
               - coalesce(current_setting('reserved_connections', true), '0')::int
               - (select count(*) from pg_stat_activity
                  where pid <> pg_backend_pid()
                    and (backend_type = 'client backend' or backend_type is null and datid is not null and usesysid is not null))::int
        """;

    /// <returns>
    /// Connections that a login without privileges gets, were this one closed; null behind a pooler, whose clients wait for those that it
    /// has.
    /// </returns>
    public static async Task<int?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.IsSharedAsync(cancellationToken) ? null : await connection.ScalarAsync<int>(Query, cancellationToken);

    /// <summary>What a person can do, as a part of a sentence: the settings of a private server are the harness's own.</summary>
    /// <param name="missing">So many more are wanted.</param>
    public static string Remedy(int missing, bool isPrivate) => isPrivate
        ? $"give a server of your own (--database) with {missing} more max_connections"
        : $"raise max_connections by at least {missing}";
}
