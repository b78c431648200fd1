using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>What the planner knows of the columns of each table, each partition for itself.</summary>
internal static class PlannerStatistics
{
    // Of a table that its login may not read, the view tells nothing, on either arm.
    private const string Query =
        """
        select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname, a.attname::text,
               coalesce(s.most_common_freqs[1], 0)::float8, s.null_frac::float8
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname and not s.inherited
        where c.relkind in ('r', 'm') and c.reltuples > 0
        order by 1, a.attnum
        """;

    public static async Task<IReadOnlyList<ColumnStatistics>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Query,
            row => new ColumnStatistics(
                row.GetString(0), row.GetString(1), row.IsDBNull(3) ? null : new(row.GetDouble(2), row.GetDouble(3))),
            cancellationToken);
    }
}
