using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Targets;

/// <summary>Judges one operation's response times against a limit.</summary>
internal static class ResponseTime
{
    public static Verdict Decide(RunResult run, ScenarioResult scenario, OperationResult operation, Target target)
    {
        var times = new ResponseTimes(operation);
        var (statistic, figure, interval) = Measure(times, target.Statistic, Unit(target));
        var measured = new Measured(
            figure, interval, times.Answered.Count, target.MinimumSamples, $"{operation.Name} {statistic}",
            OperationPath.Of(scenario, operation));
        var verdict = Verdict.Judged(target.Id, target.Title, measured, LimitFor(target, operation), Evidence(scenario, operation, target))
            .Qualified(Caveats.Of(run, target, operation.Accounting));
        return FailedShare.Reason(operation.Accounting, operation.Errors) is { } reason
            ? verdict.MissedBecause(reason)
            : target.Statistic == Statistic.ResponseMean ? Uncut(verdict, times) : Unended(verdict, measured, times.Lost);
    }

    /// <summary>
    /// A mean with a time that was recorded shorter than it was is not met. A percentile needs no such look: no limit is above an hour.
    /// </summary>
    private static Verdict Uncut(Verdict verdict, ResponseTimes times) => times.Answered.ReachesLongest
        ? verdict.UndecidedBecause("a response took an hour or longer, and is recorded as one hour: the mean may be above the figure")
        : verdict;

    /// <summary>An interval that reaches into requests that never came back has no upper end: it is never within a limit.</summary>
    private static Verdict Unended(Verdict verdict, Measured measured, long lost)
    {
        if (measured.Samples < measured.MinimumSamples || verdict.Bound is not { } limit
            || measured.Interval is not { High: double.PositiveInfinity } interval) return verdict;
        var reason = $"the 95% interval, from {Format.Figure(interval.Low, limit.Unit, limit.Value)} upwards, reaches into the requests "
            + $"that never came back ({Format.Count(lost)}), which count as longer than any limit: {Format.Limit(limit)} required";
        return limit.Allows(interval.Low) ? verdict.UndecidedBecause(reason) : verdict.MissedBecause(reason);
    }

    private static (string Statistic, double? Figure, ConfidenceInterval? Interval) Measure(
        ResponseTimes times, Statistic statistic, Func<TimeSpan, double> unit) => statistic switch
        {
            Statistic.ResponseP95 => ("p95", Figure(times.Percentile(95), unit), times.Interval(95, unit)),
            Statistic.ResponseP99 => ("p99", Figure(times.Percentile(99), unit), times.Interval(99, unit)),
            Statistic.ResponseMean => (
                "mean", times.Answered.Count == 0 ? null : unit(times.Answered.Mean), Intervals.OfMean(times.Answered, unit)),
            _ => throw new ArgumentOutOfRangeException(nameof(statistic), statistic, "Not a statistic of response times."),
        };

    private static double? Figure(TimeSpan? duration, Func<TimeSpan, double> unit) => duration is { } value ? unit(value) : null;

    /// <summary>
    /// A limit for so many items is cut in proportion when a request handled fewer, so that a small run is not let off lightly.
    /// </summary>
    private static Limit LimitFor(Target target, OperationResult operation)
    {
        var limit = target.Bound;
        if (target.ClaimedItems == 0 || operation.Items is not { } items || operation.Accounting.Completed == 0) return limit;
        var share = (double)items / operation.Accounting.Completed / target.ClaimedItems;
        return limit with { Value = limit.Value * Math.Min(1, share) };
    }

    private static Func<TimeSpan, double> Unit(Target target) => TimeUnit.Milliseconds(target.Unit) is { } one
        ? duration => duration.TotalMilliseconds / one
        : throw new HarnessException(
            $"targets.json: {target.Id} has the unit '{target.Unit}'. A response time is in ms or s.", ExitCode.BadUsage);

    private static string Evidence(ScenarioResult scenario, OperationResult operation, Target target)
    {
        var accounting = operation.Accounting;
        var items = operation.Items is { } count && accounting.Completed > 0
            ? $", {count / accounting.Completed:N0} items each"
            : "";
        var which = target.Operation is null && scenario.Operations.Count > 1 ? "slowest operation, " : "";
        return $"{which}{operation.Name}: {accounting.Completed:N0} of {accounting.Scheduled:N0} completed{items}; "
            + $"{scenario.LoadDescription.TrimEnd('.')}.";
    }
}
