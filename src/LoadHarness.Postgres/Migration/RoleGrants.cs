using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>What the migrating login may do with the schema's roles that it created.</summary>
/// <remarks>
/// From PostgreSQL 16 on, a login that is no superuser gets ADMIN alone on a role that it creates, unless createrole_self_grant says more.
/// pg_has_role calls it a member all the same, but it cannot SET ROLE to it, and so give it nothing, nor use what the role owns.
/// </remarks>
internal static class RoleGrants
{
    /// <summary>The first version that tells SET and INHERIT from membership.</summary>
    public const int FirstVersion = 16;

    private static readonly string[] Roles = ["lh_owner", "lh_app", "lh_readonly", "lh_worker", "lh_jobs"];

    private const string Unusable =
        """
        select rolname from pg_roles
        where rolname = any ($1) and pg_has_role(oid, 'member') and not (pg_has_role(oid, 'set') and pg_has_role(oid, 'usage'))
        """;

    /// <summary>
    /// Has what the session creates from now on be usable by its login, and what an earlier version left unusable. Who may not grant is
    /// left to the migration's own messages.
    /// </summary>
    public static async Task SettleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (connection.PostgreSqlVersion.Major < FirstVersion) return;
        await connection.ExecuteAsync("select set_config('createrole_self_grant', 'set, inherit', false)", cancellationToken);
        foreach (var role in await connection.TextsAsync(Unusable, cancellationToken, (object)Roles))
        {
            try
            {
                await connection.ExecuteAsync($"grant {role} to current_user with set true, inherit true", cancellationToken);
            }
            catch (PostgresException refused) when (IsOfAnother(refused))
            {
                // An administrator made the role, or another session of this login grants it just now.
            }
        }
    }

    // The server has no code of its own for two sessions that change one row of its catalog.
    private static bool IsOfAnother(PostgresException fault) => fault.SqlState is PostgresErrorCodes.InsufficientPrivilege
        or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.InternalError;
}
