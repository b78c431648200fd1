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
    public const string CreatorsSql =
        """
        select case when a.grantee operator(pg_catalog.=) 0 then 'PUBLIC' else pg_catalog.pg_get_userbyid(a.grantee) end
        from pg_catalog.pg_namespace n
        cross join lateral pg_catalog.aclexplode(n.nspacl) a
        where n.nspname operator(pg_catalog.=) 'public' and a.privilege_type operator(pg_catalog.=) 'CREATE'
          and a.grantee operator(pg_catalog.<>) n.nspowner
          and not exists (
              select from pg_catalog.pg_roles r
              where r.oid operator(pg_catalog.=) a.grantee
                and (r.rolsuper or r.rolname operator(pg_catalog.=) any (array['lh_owner', 'pg_database_owner']::name[])
                     or exists (select 1 from pg_catalog.pg_database d
                                where d.datname operator(pg_catalog.=) pg_catalog.current_database()
                                    and d.datdba operator(pg_catalog.=) r.oid)))
        """;

    /// <summary>
    /// Functions, operators, types and whole schemas that a role made which is neither a superuser, nor the migrating user, nor an owner
    /// here.
    /// </summary>
    public const string StrangersSql =
        """
        with trusted as (
            select r.oid from pg_catalog.pg_roles r
            where r.rolsuper or r.rolname operator(pg_catalog.=) any (array[current_user, 'pg_database_owner']::name[])
            union all
            -- Who may act as lh_owner is trusted as much as it.
            select r.oid from pg_catalog.pg_roles o, pg_catalog.pg_roles r
            where o.rolname operator(pg_catalog.=) 'lh_owner' and pg_catalog.pg_has_role(r.oid, o.oid, 'member')
            union all select d.datdba from pg_catalog.pg_database d where d.datname operator(pg_catalog.=) pg_catalog.current_database()
            union all select n.nspowner from pg_catalog.pg_namespace n where n.nspname operator(pg_catalog.=) 'public'
            union all select c.relowner from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) pg_catalog.to_regclass('public.leads')
        ), held as (
            select 'routine ' operator(pg_catalog.||) p.oid::pg_catalog.regprocedure::text as name, p.proowner as owner
            from pg_catalog.pg_proc p
            where p.pronamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace
            union all
            select 'operator ' operator(pg_catalog.||) o.oid::pg_catalog.regoperator::text, o.oprowner from pg_catalog.pg_operator o
            where o.oprnamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace
            union all
            select 'operator class ' operator(pg_catalog.||) c.opcname::text, c.opcowner from pg_catalog.pg_opclass c
            where c.opcnamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace
            union all
            select 'type ' operator(pg_catalog.||) t.typname::text, t.typowner from pg_catalog.pg_type t
            where t.typnamespace operator(pg_catalog.=) 'public'::pg_catalog.regnamespace and t.typrelid operator(pg_catalog.=) 0
              and t.typelem operator(pg_catalog.=) 0
            union all
            select 'schema ' operator(pg_catalog.||) n.nspname::text, n.nspowner from pg_catalog.pg_namespace n
            where n.nspname operator(pg_catalog.=) any (array['loadharness', 'loadharness_build', 'loadharness_retired', 'archive']::name[])
        )
        select h.name operator(pg_catalog.||) ' of ' operator(pg_catalog.||) pg_catalog.pg_get_userbyid(h.owner)::text
        from held h
        where not exists (select 1 from trusted t where t.oid operator(pg_catalog.=) h.owner)
        """;

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
