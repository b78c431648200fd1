using LoadHarness.Core.Input;

namespace LoadHarness.Core.Comparing;

/// <summary>A table of which the planners of the two arms know different things.</summary>
/// <param name="ColumnsA">Columns that A's planner has statistics of, of those that both arms have.</param>
public sealed record StatisticsChange(
    string Table, [property: Within(0, 1_600)] int ColumnsA, [property: Within(0, 1_600)] int ColumnsB)
{
    /// <summary>Columns of which both have statistics, of different values.</summary>
    public IReadOnlyList<ColumnStatisticsChange> Changed { get; init; } = [];

    /// <summary>Whether B's statistics are fewer or others: its planner may choose other plans.</summary>
    public bool MayExplainB => ColumnsB < ColumnsA || Changed.Count > 0;

    public string Sentence() => ColumnsB < ColumnsA
        ? $"On B the planner has statistics of {ColumnsB} columns of {Table}, on A of {ColumnsA}. Run ANALYZE {Table}."
        : $"On B the statistics of {Table} are of other rows than on A ({string.Join("; ", Changed.Take(2))}). Run ANALYZE {Table}.";

    /// <param name="a">Each column of each table of the arm A.</param>
    public static IReadOnlyList<StatisticsChange> Between(IReadOnlyList<ColumnStatistics> a, IReadOnlyList<ColumnStatistics> b) =>
    [
        .. a.Join(b, column => (column.Table, column.Column), column => (column.Table, column.Column), (before, after) => (before, after))
            .GroupBy(both => both.before.Table)
            .Select(table => new StatisticsChange(
                table.Key, table.Count(both => both.before.Figures is not null), table.Count(both => both.after.Figures is not null))
            {
                Changed = [.. table.Select(both => ColumnStatisticsChange.Of(both.before, both.after)).OfType<ColumnStatisticsChange>()],
            })
            .Where(table => table.ColumnsA != table.ColumnsB || table.Changed.Count > 0),
    ];
}

/// <summary>A column whose statistics differ by more than ANALYZE's samples of the same rows do.</summary>
/// <param name="Figure">What differs; <paramref name="A"/> and <paramref name="B"/> are shares of the rows.</param>
public sealed record ColumnStatisticsChange(
    string Column, string Figure, [property: Within(0, 1)] double A, [property: Within(0, 1)] double B)
{
    /// <summary>Samples of 30,000 rows, ANALYZE's usual size, tell shares to about 1%.</summary>
    private const double LargestOfSamples = 0.1;

    public override string ToString() => $"{Column}: {Figure} {A:0%} to {B:0%} of the rows";

    /// <returns>Null where one of them has no statistics, or both tell of the same rows.</returns>
    internal static ColumnStatisticsChange? Of(ColumnStatistics a, ColumnStatistics b)
    {
        if ((a.Figures, b.Figures) is not ({ } before, { } after)) return null;
        return Differ(before.Commonest, after.Commonest) ? new(a.Column, "the commonest value", before.Commonest, after.Commonest)
            : Differ(before.Nulls, after.Nulls) ? new(a.Column, "nulls", before.Nulls, after.Nulls)
            : null;
    }

    private static bool Differ(double a, double b) => Math.Abs(a - b) > LargestOfSamples;
}

/// <summary>What the planner knows of one column.</summary>
/// <param name="Table">With its schema, unless that is public.</param>
/// <param name="Figures">Null where it has no statistics.</param>
public sealed record ColumnStatistics(string Table, string Column, ColumnFigures? Figures);

/// <summary>Of the view pg_stats.</summary>
/// <param name="Commonest">Share of the rows that have the commonest value; 0 where no value is common.</param>
/// <param name="Nulls">Share of the rows.</param>
public sealed record ColumnFigures(double Commonest, double Nulls);
