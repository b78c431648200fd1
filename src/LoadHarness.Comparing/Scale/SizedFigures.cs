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
        var measured = figures.GroupBy(figure => (figure.Operation, figure.Metric)).SelectMany(group => Of(
            group.Key.Operation, group.Key.Metric, [.. group.Select(figure => new ScalePoint(figure.Contacts, figure.Figure))],
            group.Key.Metric == OperationScale.Mean ? targetsOf(group.Key.Operation) : []));
        return hasTimes ? [.. measured, .. TooSlow(figures, targetsOf)] : [.. measured];
    }

    private static IEnumerable<OperationScale> Of(
        string operation, string metric, IReadOnlyList<ScalePoint> points, IReadOnlyList<ScaleTarget> targets)
    {
        yield return OperationScale.Of(operation, metric, points, targets is [var first, ..] ? first : null);
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
