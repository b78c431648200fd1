using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Scale;

/// <summary>Figures of all sizes, put together by operation and metric.</summary>
internal static class SizedFigures
{
    /// <param name="hasTimes">
    /// Whether times were measured: then a target is of each counted operation, also of one that was too slow for a figure at every size.
    /// </param>
    /// <param name="targetOf">Of an operation's time; null where it has none.</param>
    public static IReadOnlyList<OperationScale> ByOperation(
        IReadOnlyList<SizedFigure> figures, bool hasTimes, Func<string, ScaleTarget?> targetOf)
    {
        var measured = figures.GroupBy(figure => (figure.Operation, figure.Metric)).Select(group => OperationScale.Of(
            group.Key.Operation, group.Key.Metric, [.. group.Select(figure => new ScalePoint(figure.Contacts, figure.Figure))],
            group.Key.Metric == OperationScale.Mean ? targetOf(group.Key.Operation) : null));
        return hasTimes ? [.. measured, .. TooSlow(figures, targetOf)] : [.. measured];
    }

    private static IEnumerable<OperationScale> TooSlow(IReadOnlyList<SizedFigure> figures, Func<string, ScaleTarget?> targetOf) =>
        from operation in figures.Select(figure => figure.Operation).Distinct()
        where !figures.Any(figure => figure.Operation == operation && figure.Metric == OperationScale.Mean)
        let target = targetOf(operation)
        where target is not null
        select OperationScale.Of(operation, OperationScale.Mean, [], target);
}

/// <param name="Operation"><c>scenario/operation</c>.</param>
/// <param name="Metric">As in <see cref="OperationScale"/>.</param>
/// <param name="Contacts">The size it was measured at.</param>
internal sealed record SizedFigure(string Operation, string Metric, long Contacts, double Figure);
