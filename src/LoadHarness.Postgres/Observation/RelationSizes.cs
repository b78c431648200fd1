using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Bytes of each table and of its indexes together; partitions are added to their parent.</summary>
internal static class RelationSizes
{
    private const string Query =
        """
        /* loadharness: sizes */
        with recursive family as (
            select c.oid as root, c.oid as member
            from pg_class c
            where c.relkind in ('r', 'p', 'm') and not c.relispartition and c.relnamespace = 'public'::regnamespace
            union all
            select f.root, i.inhrelid
            from family f
            join pg_inherits i on i.inhparent = f.member
        )
        select r.relname::text, case r.relkind when 'm' then 'materialized view' when 'p' then 'partitioned table' else 'table' end,
               sum(pg_table_size(f.member))::bigint, sum(pg_indexes_size(f.member))::bigint
        from family f
        join pg_class r on r.oid = f.root
        group by 1, 2
        """;

    /// <returns>By name; the size stands in <see cref="RelationSize.BytesAfter"/>.</returns>
    public static async Task<IReadOnlyDictionary<string, RelationSize>> ReadAsync(
        NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, RelationSize>();
        var relations = await admin.ListAsync(
            Query, row => (Name: row.GetString(0), Kind: row.GetString(1), Bytes: row.GetInt64(2), Indexes: row.GetInt64(3)),
            cancellationToken);
        foreach (var (name, kind, bytes, indexes) in relations)
        {
            sizes[name] = new(name, kind, 0, bytes);
            sizes[$"{name} (indexes)"] = new($"{name} (indexes)", "indexes", 0, indexes);
        }

        return sizes;
    }
}
