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

    public static async Task<IReadOnlyList<ColumnStatistics>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            ProgramSql.Of("planner-statistics"),
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
