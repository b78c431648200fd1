using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>
/// What the planner knows of the columns of each table, and what it knows as well of expressions in indexes and by CREATE STATISTICS; each
/// partition for itself.
/// </summary>
internal static class PlannerStatistics
{
    /// <summary>Samples of 30,000 rows, ANALYZE's usual size, tell shares to about 1%.</summary>
    private const double LargestOfSamples = 0.1;

    // Of a table that its login may not read, the view tells nothing, on either arm. The rest is told to owners: of others it is left out.
    private const string Query =
        """
        with tables as (
            select c.oid, c.relname, c.relowner, n.nspname,
                   case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname as name
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            where c.relkind in ('r', 'm') and c.reltuples > 0
        )
        select t.name, a.attname::text, coalesce(s.most_common_freqs[1], 0)::float8, s.null_frac::float8, a.attnum::int
        from tables t
        join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        left join pg_stats s on s.schemaname = t.nspname and s.tablename = t.relname and s.attname = a.attname and not s.inherited
        union all
        -- Those of an index's expressions stand under the name of the index.
        select t.name, format('%s of the index %s', a.attname, x.relname), coalesce(s.most_common_freqs[1], 0)::float8,
               s.null_frac::float8, 2000 + a.attnum
        from tables t
        join pg_index i on i.indrelid = t.oid and i.indexprs is not null
        join pg_class x on x.oid = i.indexrelid
        join pg_attribute a on a.attrelid = x.oid and i.indkey[a.attnum - 1] = 0
        left join pg_stats s on s.schemaname = t.nspname and s.tablename = x.relname and s.attname = a.attname and not s.inherited
        where pg_has_role(t.relowner, 'usage')
        union all
        select t.name, format('the statistics object %s', o.stxname), coalesce(s.most_common_freqs[1], 0)::float8,
               case when s.statistics_name is not null then 0::float8 end, 3000
        from tables t
        join pg_statistic_ext o on o.stxrelid = t.oid
        join pg_namespace n on n.oid = o.stxnamespace
        left join pg_stats_ext s on s.statistics_schemaname = n.nspname and s.statistics_name = o.stxname and not s.inherited
        where pg_has_role(t.relowner, 'usage')
        order by 1, 5, 2
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

    /// <param name="a">Each column of each table of the arm A.</param>
    public static IReadOnlyList<StatisticsChange> Compare(IReadOnlyList<ColumnStatistics> a, IReadOnlyList<ColumnStatistics> b) =>
    [
        .. a.Join(b, column => (column.Table, column.Column), column => (column.Table, column.Column), (before, after) => (before, after))
            .GroupBy(both => both.before.Table)
            .Select(table => new StatisticsChange(
                table.Key, table.Count(both => both.before.Figures is not null), table.Count(both => both.after.Figures is not null))
            {
                Changed = [.. table.Select(both => ChangeOf(both.before, both.after)).OfType<ColumnStatisticsChange>()],
            })
            .Where(table => table.ColumnsA != table.ColumnsB || table.Changed.Count > 0),
    ];

    /// <returns>Null where one of them has no statistics, or both tell of the same rows.</returns>
    private static ColumnStatisticsChange? ChangeOf(ColumnStatistics a, ColumnStatistics b)
    {
        if ((a.Figures, b.Figures) is not ({ } before, { } after)) return null;
        return Differ(before.Commonest, after.Commonest) ? new(a.Column, "the commonest value", before.Commonest, after.Commonest)
            : Differ(before.Nulls, after.Nulls) ? new(a.Column, "nulls", before.Nulls, after.Nulls)
            : null;
    }

    private static bool Differ(double a, double b) => Math.Abs(a - b) > LargestOfSamples;
}

/// <summary>What the planner knows of one column, or of what else has statistics.</summary>
/// <param name="Table">With its schema, unless that is public.</param>
/// <param name="Figures">Null where it has no statistics.</param>
internal sealed record ColumnStatistics(string Table, string Column, ColumnFigures? Figures);

/// <summary>Of the views pg_stats and pg_stats_ext.</summary>
/// <param name="Commonest">Share of the rows that have the commonest value; 0 where no value is common.</param>
/// <param name="Nulls">Share of the rows.</param>
internal sealed record ColumnFigures(double Commonest, double Nulls);
