using LoadHarness.Core;
using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>Keeps strangers out of the schemas in which the migration and its functions look names up.</summary>
/// <remarks>
/// A database from before PostgreSQL 15, also after an upgrade, lets everybody create in <c>public</c>. An operator that fits better
/// than PostgreSQL's own then runs as the role that uses it: the migrating user, or the owner of a definer function.
/// </remarks>
public static class TrustedSchemas
{
    private const string ApplicationRoles = "lh_app lh_readonly lh_worker lh_jobs";

    /// <summary>Roles other than owners and superusers that may create in public; PUBLIC is everybody.</summary>
    public static string CreatorsSql => ProgramSql.Of("public-creators");

    /// <summary>
    /// Functions, operators, types and whole schemas that a role made which is neither a superuser, nor the migrating user, nor an owner
    /// here.
    /// </summary>
    public static string StrangersSql => ProgramSql.Of("strangers");

    /// <summary>Run before anything else of a migration: refuses what strangers left in the schemas, and lets no more of it come.</summary>
    /// <exception cref="HarnessException">A stranger's object is there, or the right to create could not be taken back.</exception>
    public static async Task CloseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await connection.TextsAsync(CreatorsSql, cancellationToken);
        foreach (var role in found.Where(role => role == "PUBLIC" || ApplicationRoles.Split(' ').Contains(role)))
            await RevokeAsync(connection, role, cancellationToken);
        // After the revocation, so that nothing can come between the look and the migration.
        var strangers = await connection.TextsAsync(StrangersSql, cancellationToken);
        if (strangers.Count > 0)
        {
            throw new HarnessException(
                "The schema public holds what a role made that does not own the database: "
                    + $"{string.Join(", ", strangers.Take(5))}{(strangers.Count > 5 ? $" and {strangers.Count - 5} more" : "")}. "
                    + "PostgreSQL could run it as the owner of the schema. "
                    + "Drop it, move it to another schema, or give it to the database's owner; then migrate again.");
        }
    }

    /// <summary>On the way down, as the last thing before the journal goes.</summary>
    public static async Task ReopenAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await connection.ScalarAsync<bool>(
            "select pg_catalog.to_regclass('loadharness.revoked_right') is not null", cancellationToken))
            return;
        foreach (var role in await connection.TextsAsync("select role from loadharness.revoked_right", cancellationToken))
            await connection.ExecuteAsync($"grant create on schema public to {Name(role)}", cancellationToken);
    }

    private static async Task RevokeAsync(NpgsqlConnection connection, string role, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync($"revoke create on schema public from {Name(role)}", cancellationToken);
        if ((await connection.TextsAsync(CreatorsSql, cancellationToken)).Contains(role))
        {
            throw new HarnessException(
                $"{(role == "PUBLIC" ? "Everybody" : role)} may create in the schema public, and this user may not change that. "
                + $"Let an administrator run: revoke create on schema public from {Name(role)};");
        }

        await connection.ExecuteAsync(
            "insert into loadharness.revoked_right (role) values ($1) on conflict do nothing", cancellationToken, role);
    }

    // PUBLIC is a keyword; the others are this program's own role names.
    private static string Name(string role) => role == "PUBLIC" ? "public" : $"\"{role}\"";
}
