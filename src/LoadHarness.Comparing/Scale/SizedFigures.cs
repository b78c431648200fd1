using LoadHarness.Comparing.Times;
using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Scale;

/// <summary>Figures of all sizes, put together by operation and metric.</summary>
internal static class SizedFigures
{
    /// <param name="hasTimes">
    /// Whether times were measured: then a target is of each counted operation, also of one that was too slow for a figure at every size.
    /// </param>
    /// <param name="targetsOf">Of an operation's time; empty where it has none.</param>
    public static IReadOnlyList<OperationScale> ByOperation(
        IReadOnlyList<SizedFigure> figures, bool hasTimes, Func<string, IReadOnlyList<ScaleTarget>> targetsOf)
    {
        var largest = figures.Select(figure => figure.Contacts).DefaultIfEmpty().Max();
        var measured = figures.GroupBy(figure => (figure.Operation, figure.Metric)).SelectMany(group => Of(
            group.Key.Operation, group.Key.Metric, [.. group.Select(figure => new ScalePoint(figure.Contacts, figure.Figure))],
            group.Key.Metric == OperationScale.Mean ? targetsOf(group.Key.Operation) : [], largest));
        return hasTimes ? [.. measured, .. TooSlow(figures, targetsOf)] : [.. measured];
    }

    /// <summary>
    /// Means over the slots. An operation that a slot has no figure of has none at this size: the others may be those in which it was quick
    /// enough, and no call failed.
    /// </summary>
    /// <param name="slots">Of one scenario at one size.</param>
    public static IEnumerable<SizedFigure> Means(long size, IReadOnlyCollection<IReadOnlyDictionary<SlotMetric, double>> slots) =>
        from figure in slots.SelectMany(slot => slot)
        where figure.Key.Metric == SlotMetric.Mean
        group figure.Value by figure.Key.Operation into means
        where means.Count() == slots.Count
        select new SizedFigure(means.Key, OperationScale.Mean, size, means.Average());

    private static IEnumerable<OperationScale> Of(
        string operation, string metric, IReadOnlyList<ScalePoint> points, IReadOnlyList<ScaleTarget> targets, long largest)
    {
        var scale = OperationScale.Of(operation, metric, points, targets is [var first, ..] ? first : null);
        yield return points[^1].Contacts == largest ? scale : scale with { Forecast = null };
        // The forecasts are counted: the same figures have one, however many targets they are held against.
        foreach (var other in targets.Skip(1)) yield return OperationScale.Of(operation, metric, points, other) with { Forecast = null };
    }

    private static IEnumerable<OperationScale> TooSlow(
        IReadOnlyList<SizedFigure> figures, Func<string, IReadOnlyList<ScaleTarget>> targetsOf) =>
        from operation in figures.Select(figure => figure.Operation).Distinct()
        where !figures.Any(figure => figure.Operation == operation && figure.Metric == OperationScale.Mean)
        from target in targetsOf(operation)
        select OperationScale.Of(operation, OperationScale.Mean, [], target);
}

/// <param name="Operation"><c>scenario/operation</c>.</param>
/// <param name="Metric">As in <see cref="OperationScale"/>.</param>
/// <param name="Contacts">The size it was measured at.</param>
internal sealed record SizedFigure(string Operation, string Metric, long Contacts, double Figure);
