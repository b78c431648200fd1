using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>
/// One line for each column, constraint, index, statistics target, owner, grant, policy, routine, view, trigger and comment of a schema.
/// </summary>
internal static class SchemaFingerprint
{
    private const string BaseSchema = "loadharness_base";

    public static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, "public", cancellationToken);
    }

    /// <summary>What sql/schema.sql makes, in a transaction that is rolled back, and its columns by table.</summary>
    public static async Task<(IReadOnlyList<string> Lines, IReadOnlyDictionary<string, string[]> Columns)> OfBaseAsync(
        NpgsqlDataSource source, string baseSchema, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync($"create schema {BaseSchema}; set local search_path = {BaseSchema}", cancellationToken);
        await connection.ExecuteAsync(baseSchema, cancellationToken);
        var lines = await ReadAsync(connection, BaseSchema, cancellationToken);
        var columns = await connection.TextsAsync(
            $"""
            select table_name || '.' || column_name
            from information_schema.columns
            where table_schema = '{BaseSchema}'
            order by table_name, ordinal_position
            """, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        return (lines, columns.Select(name => name.Split('.')).GroupBy(name => name[0], name => name[1])
            .ToDictionary(table => table.Key, table => table.ToArray()));
    }

    // Names are printed without the schema they are in: two schemas can be compared.
    private static async Task<IReadOnlyList<string>> ReadAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var lines = await connection.TextsAsync(
            """
            with own as (
                select c.* from pg_class c where c.relnamespace = $1::text::regnamespace
                  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
            )
            select format('column %s.%I %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                a.attidentity, pg_get_expr(d.adbin, d.adrelid))
            from pg_attribute a join own c on c.oid = a.attrelid left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
            where c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
            union all
            select format('constraint %s.%I %s %s', c.relname, k.conname, pg_get_constraintdef(k.oid), k.convalidated)
            from pg_constraint k join own c on c.oid = k.conrelid
            union all
            select format('index %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid) from pg_index i join own c on c.oid = i.indexrelid
            union all
            select format('statistics %s.%s %s', c.relname, a.attnum, a.attstattarget)
            from pg_attribute a
            join own c on c.oid = a.attrelid
            where a.attstattarget >= 0 and not a.attisdropped
            union all
            select format('table %s %s %s %s %s %s %s', relname, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity,
                reloptions,
                (select string_agg(a::text, ' ' order by a::text)
                    from unnest(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) a))
                from own
            union all
            select format('column grant %s.%I %s', c.relname, a.attname, a.attacl)
            from pg_attribute a
            join own c on c.oid = a.attrelid
            where a.attacl is not null
            union all
            select format('comment %s.%s %s', c.relname, a.attname, d.description) from pg_description d join own c on c.oid = d.objoid
            left join pg_attribute a on (a.attrelid, a.attnum) = (d.objoid, d.objsubid) and d.objsubid > 0
            where d.classoid = 'pg_class'::regclass
            union all
            select format('policy %s.%I %s %s', c.relname, p.polname, pg_get_expr(p.polqual, p.polrelid),
                pg_get_expr(p.polwithcheck, p.polrelid))
            from pg_policy p
            join own c on c.oid = p.polrelid
            union all
            select format('routine %s %s %s', p.oid::regprocedure, coalesce(p.proacl, acldefault('f', p.proowner)), md5(p.prosrc))
            from pg_proc p
            where p.pronamespace = $1::text::regnamespace
              and not exists (select 1 from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
            union all
            select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t join own c on c.oid = t.tgrelid where not t.tgisinternal
            """,
            cancellationToken,
            schema);
        return [.. lines.Select(line => line.Replace(schema + ".", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
