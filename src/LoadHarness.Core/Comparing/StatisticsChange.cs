using LoadHarness.Core.Input;

namespace LoadHarness.Core.Comparing;

/// <summary>A table of which the planners of the two arms know different things.</summary>
/// <param name="ColumnsA">
/// Columns that A's planner has statistics of, of those that both arms have, with expressions of indexes and objects of CREATE STATISTICS.
/// </param>
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
}

/// <summary>A column whose statistics differ by more than ANALYZE's samples of the same rows do.</summary>
/// <param name="Figure">What differs; <paramref name="A"/> and <paramref name="B"/> are shares of the rows.</param>
public sealed record ColumnStatisticsChange(
    string Column, string Figure, [property: Within(0, 1)] double A, [property: Within(0, 1)] double B)
{
    public override string ToString() => $"{Column}: {Figure} {A:0%} to {B:0%} of the rows";
}
