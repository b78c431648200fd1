using LoadHarness.Comparing.Counters;
using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Ledger;

/// <summary>Every index of the schema, a partitioned one once.</summary>
internal static class IndexCatalog
{
    // A foreign key stands on an index of the table that it refers to; that of a partition is its parent's business.
    private const string Query =
        """
        with plain as (
            select c.oid, c.relname, t.relname as table_name, i.indisunique, c.relam,
                   (i.indrelid, i.indkey::text, i.indclass::text, i.indcollation::text, i.indoption::text,
                    pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid), c.relam)::text as shape
            from pg_index i
            join pg_class c on c.oid = i.indexrelid and not c.relispartition
            join pg_class t on t.oid = i.indrelid
            where c.relnamespace = 'public'::regnamespace
              and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = t.oid and d.deptype = 'e')
        )
        select p.relname, p.table_name, pg_get_indexdef(p.oid),
               array(select case k.contype when 'f' then format('the foreign key %s of %s', k.conname, k.conrelid::regclass)
                                           else format('the constraint %s', k.conname) end
                     from pg_constraint k
                     where k.conindid = p.oid and k.conparentid = 0
                     order by k.contype = 'f', k.conname),
               array(select o.relname::text from plain o where o.shape = p.shape and o.oid <> p.oid order by 1),
               array(select c.relname::text from pg_partition_tree(p.oid) part join pg_class c on c.oid = part.relid
                     union select p.relname::text)
        from plain p
        order by p.table_name, p.relname
        """;

    public static async Task<IReadOnlyList<CatalogIndex>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var sizes = await IndexSizes.ReadAsync(admin, cancellationToken);
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Query,
            row => new CatalogIndex(
                row.GetString(0), row.GetString(1), row.GetString(2), sizes.GetValueOrDefault(row.GetString(0)),
                row.GetFieldValue<string[]>(3), row.GetFieldValue<string[]>(4))
            {
                PlanNames = [.. row.GetFieldValue<string[]>(5).Select(PlanNodes.WithoutPartition).Distinct()],
            },
            cancellationToken);
    }
}
