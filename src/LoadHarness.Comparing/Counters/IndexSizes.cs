using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>Bytes of every index, those of a partitioned table summed under the parent's name.</summary>
internal static class IndexSizes
{
    private const double SmallestChange = 0.02;

    /// <summary>A block more or less says nothing.</summary>
    private const long Floor = 64 * 1024;

    private const string Query =
        """
        select case when n.nspname = 'public' then '' else n.nspname || '.' end || coalesce(root.relname, i.relname),
               sum(pg_relation_size(i.oid))::bigint
        from pg_class i
        join pg_index x on x.indexrelid = i.oid
        join pg_namespace n on n.oid = i.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        left join lateral (
            select p.relname from pg_partition_ancestors(i.oid) with ordinality a (relid, place)
            join pg_class p on p.oid = a.relid order by a.place desc limit 1) root on i.relispartition
        where i.relkind = 'i'
            -- Those of an extension are not the application's.
            and not exists (
                select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = x.indrelid and d.deptype = 'e')
        group by 1
        """;

    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(Query, row => (Name: row.GetString(0), Bytes: row.GetInt64(1)), cancellationToken);
        return rows.ToDictionary(row => row.Name, row => row.Bytes);
    }

    public static IReadOnlyList<IndexBytesChange> Compare(IReadOnlyDictionary<string, long> a, IReadOnlyDictionary<string, long> b) =>
    [
        .. a.Keys.Union(b.Keys).Order(StringComparer.Ordinal)
            .Select(name => new IndexBytesChange(name, Of(a, name), Of(b, name)))
            .Where(change => change.A is null || change.B is null
                || Math.Abs(change.B.Value - change.A.Value) > Math.Max(Floor, SmallestChange * change.A.Value)),
    ];

    private static long? Of(IReadOnlyDictionary<string, long> sizes, string name) => sizes.TryGetValue(name, out var bytes) ? bytes : null;
}
