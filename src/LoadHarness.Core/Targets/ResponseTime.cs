using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>Judges one operation's response times against a limit.</summary>
internal static class ResponseTime
{
    /// <summary>Beyond this share of failed or skipped requests the times of the others no longer speak for the operation.</summary>
    private const double LargestErrorRate = 0.01;

    public static Verdict Decide(RunResult run, ScenarioResult scenario, OperationResult operation, Target target)
    {
        var histogram = LatencyHistogram.Decode(operation.Response.Encoded);
        var unit = Unit(target);
        var (figure, interval) = Measure(histogram, target.Statistic, unit);
        var limit = Limit(target, operation);
        return Judge.Of(
            target, Kind(target, operation, histogram.Count, limit, interval), histogram.Count == 0 ? null : figure, limit, histogram.Count, interval,
            Evidence(scenario, operation, target), Caveats.Of(run, target, operation.Accounting), $"{scenario.Name}/{operation.Name}");
    }

    private static VerdictKind Kind(Target target, OperationResult operation, long samples, double limit, ConfidenceInterval? interval) =>
        operation.Accounting.ErrorRate > LargestErrorRate ? VerdictKind.Missed
        : samples < target.MinimumSamples || interval is null ? VerdictKind.Inconclusive
        : interval.High < limit ? VerdictKind.Met
        : interval.Low >= limit ? VerdictKind.Missed
        : VerdictKind.Inconclusive;

    private static (double Figure, ConfidenceInterval? Interval) Measure(LatencyHistogram histogram, Statistic statistic, Func<TimeSpan, double> unit) => statistic switch
    {
        Statistic.ResponseP95 => (unit(histogram.Percentile(95)), Intervals.OfPercentile(histogram, 95, unit)),
        Statistic.ResponseP99 => (unit(histogram.Percentile(99)), Intervals.OfPercentile(histogram, 99, unit)),
        Statistic.ResponseMean => (unit(histogram.Mean), Intervals.OfMean(histogram, unit)),
        _ => throw new ArgumentOutOfRangeException(nameof(statistic), statistic, "Not a statistic of response times."),
    };

    /// <summary>A limit for so many items is cut in proportion when a request handled fewer, so that a small run is not let off lightly.</summary>
    private static double Limit(Target target, OperationResult operation)
    {
        if (target.ClaimedItems == 0 || operation.Items is not { } items || operation.Accounting.Completed == 0) return target.Limit;
        var share = (double)items / operation.Accounting.Completed / target.ClaimedItems;
        return target.Limit * Math.Min(1, share);
    }

    private static Func<TimeSpan, double> Unit(Target target) => target.Unit switch
    {
        "ms" => duration => duration.TotalMilliseconds,
        "s" => duration => duration.TotalSeconds,
        _ => throw new HarnessException($"targets.json: {target.Id} has the unit '{target.Unit}'. A response time is in ms or s.", ExitCode.BadUsage),
    };

    private static string Evidence(ScenarioResult scenario, OperationResult operation, Target target)
    {
        var accounting = operation.Accounting;
        var items = operation.Items is { } count && accounting.Completed > 0
            ? $", {count / accounting.Completed:N0} items each"
            : "";
        var which = target.Operation is null && scenario.Operations.Count > 1 ? "slowest operation, " : "";
        return $"{which}{operation.Name}: {accounting.Completed:N0} of {accounting.Scheduled:N0} completed{items}; {scenario.LoadDescription}.";
    }
}
