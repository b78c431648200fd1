using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>Response times of operations, and rates of scenarios whose users wait for their responses.</summary>
internal static class OperationChanges
{
    /// <summary>Fewer repetitions have a mean and no percentiles.</summary>
    private const int FewSamples = 30;

    private static readonly double[] Percentiles = [50, 95, 99];

    public static IReadOnlyList<RunChange> Of(RunResult a, RunResult b) =>
        [.. Times(a, b).Concat(Rates(a, b)).OrderBy(change => Rank(change)).ThenByDescending(change => Size(change))];

    /// <summary>Worse first, then better, then the others.</summary>
    internal static int Rank(RunChange change) => change switch
    {
        { IsWorse: true } => 0,
        { IsBetter: true } => 1,
        { A: null } or { B: null } => 2,
        _ => 3,
    };

    internal static double Size(RunChange change) => change.Ratio is { } ratio ? Math.Abs(Math.Log(ratio)) : 0;

    private static IEnumerable<RunChange> Times(RunResult a, RunResult b)
    {
        var (before, after) = (Operations(a), Operations(b));
        foreach (var name in before.Keys.Union(after.Keys))
        {
            var (first, second) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            var few = Math.Min(first?.Count ?? long.MaxValue, second?.Count ?? long.MaxValue) < FewSamples;
            if (few) yield return Change(name, "mean", Mean(first), Mean(second), ChangeWords.OfTime, "ms");
            else
                foreach (var change in Percentiles.Select(percentile => Change(
                    name, $"p{percentile}", At(first, percentile), At(second, percentile),
                    ChangeWords.OfTime, "ms")))
                {
                    if (change is not { A: null, B: null }) yield return change;
                }
        }
    }

    private static IEnumerable<RunChange> Rates(RunResult a, RunResult b) =>
        from before in a.Scenarios
        join after in b.Scenarios on before.Name equals after.Name
        where before.Model == LoadModel.Closed && after.Model == LoadModel.Closed
        select Change(before.Name, "completed", Throughput.RateOf(before), Throughput.RateOf(after), ChangeWords.OfRate, "requests/min");

    internal static RunChange Change(
        string name, string metric, (double? Figure, ConfidenceInterval? Interval) a, (double? Figure, ConfidenceInterval? Interval) b,
        ChangeWords words, string unit) => new(
        name, metric, unit, a.Figure, b.Figure,
        (a, b) is (({ } before, { } left), ({ } after, { } right)) ? RunSpread.Of((before, left), (after, right)) : null,
        words);

    private static Dictionary<string, LatencyHistogram> Operations(RunResult run) => run.Scenarios
        .SelectMany(scenario => scenario.Operations.Where(operation => operation.Response.Count > 0)
            .Select(operation => (Name: OperationPath.Of(scenario, operation), operation.Response.Encoded)))
        .GroupBy(entry => entry.Name).ToDictionary(group => group.Key, group => LatencyHistogram.Decode(group.First().Encoded));

    private static (double?, ConfidenceInterval?) Mean(LatencyHistogram? histogram) => histogram is null
        ? (null, null)
        : (histogram.Mean.TotalMilliseconds, Intervals.OfMean(histogram, duration => duration.TotalMilliseconds));

    private static (double?, ConfidenceInterval?) At(LatencyHistogram? histogram, double percentile) =>
        histogram?.PercentileWithin(percentile) is { } figure
            ? (figure.TotalMilliseconds, Intervals.OfPercentile(histogram, percentile, duration => duration.TotalMilliseconds))
            : (null, null);
}
