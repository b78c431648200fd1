using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Bytes and scans of each index; the indexes of partitions are added to their parent's.</summary>
internal static class IndexSizes
{
    private const string Query =
        """
        /* loadharness: sizes */
        with recursive family as (
            select i.indexrelid as root, i.indexrelid as member
            from pg_index i
            join pg_class c on c.oid = i.indexrelid
            where not c.relispartition and c.relnamespace = 'public'::regnamespace
            union all
            select f.root, h.inhrelid
            from family f
            join pg_inherits h on h.inhparent = f.member
        )
        select r.relname::text, t.relname::text, sum(pg_relation_size(f.member))::bigint,
               sum(coalesce(pg_stat_get_numscans(f.member), 0))::bigint
        from family f
        join pg_class r on r.oid = f.root
        join pg_index i on i.indexrelid = f.root
        join pg_class t on t.oid = i.indrelid
        group by 1, 2
        """;

    /// <returns>By name; bytes stand in <see cref="IndexUse.BytesAfter"/>, scans are those since the counters began.</returns>
    public static async Task<IReadOnlyDictionary<string, IndexUse>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var indexes = await admin.ListAsync(
            Query, row => new IndexUse(row.GetString(0), row.GetString(1), 0, row.GetInt64(2), row.GetInt64(3)), cancellationToken);
        return indexes.ToDictionary(index => index.Index);
    }
}
