using Npgsql;

namespace LoadHarness.Postgres.Provisioning;

/// <summary>Tables that a person put into a database: not the system's, not an extension's.</summary>
internal static class UserTables
{
    /// <returns>Names with their schema, in order.</returns>
    public static async Task<IReadOnlyList<string>> InAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string sql = """
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'm', 'f')
              and n.nspname not in ('pg_catalog', 'information_schema')
              and n.nspname !~ '^pg_'
              and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            order by 1
            """;
        return await connection.TextsAsync(sql, cancellationToken);
    }
}
