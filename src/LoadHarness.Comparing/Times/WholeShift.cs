using LoadHarness.Core.Statistics;

namespace LoadHarness.Comparing.Times;

/// <summary>
/// The whole system's shift, a metric of its own: the median over the scenarios, pair by pair. It is never divided out of the others.
/// </summary>
internal static class WholeShift
{
    /// <returns>ln(B/A) of each pair; null where there is none, or where a scenario has no metric.</returns>
    public static IReadOnlyList<double>? LogRatios(IReadOnlyCollection<ScenarioPairs> scenarios, int pairs) =>
        pairs == 0 || scenarios.Any(scenario => !scenario.Metrics.Any())
            ? null
            : [.. Enumerable.Range(0, pairs).Select(pair => Medians.Of(scenarios.Select(scenario => scenario.Shift(pair))))];
}
