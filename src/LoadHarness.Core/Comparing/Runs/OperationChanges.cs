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
        { Incomparable: not null } => 2,
        { A: null } or { B: null } => 2,
        _ => 3,
    };

    /// <summary>Nothing is larger than requests that fail.</summary>
    internal static double Size(RunChange change) => change switch
    {
        { Incomparable.IsWorse: true } => double.PositiveInfinity,
        { Ratio: { } ratio } => Math.Abs(Math.Log(ratio)),
        _ => 0,
    };

    private static IEnumerable<RunChange> Times(RunResult a, RunResult b)
    {
        var (before, after) = (Operations(a), Operations(b));
        foreach (var name in before.Keys.Union(after.Keys))
        {
            var (first, second) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            IEnumerable<RunChange> changes = Failed(name, first?.Accounting, second?.Accounting) is { } failed
                ? [failed]
                : Times(name, ResponseTimesOf(first), ResponseTimesOf(second));
            foreach (var change in changes) yield return change;
        }
    }

    private static IEnumerable<RunChange> Times(string name, ResponseTimes? a, ResponseTimes? b)
    {
        var few = Math.Min(a?.Answered.Count ?? long.MaxValue, b?.Answered.Count ?? long.MaxValue) < FewSamples;
        IEnumerable<RunChange> changes = few
            ? [Change(name, "mean", Mean(a), Mean(b), ChangeWords.OfTime, "ms")]
            : Percentiles.Select(percentile => Change(
                name, $"p{percentile}", At(a, percentile), At(b, percentile), ChangeWords.OfTime, "ms"));
        return changes.Where(change => change is not { A: null, B: null });
    }

    /// <summary>
    /// Instead of figures of the requests that succeeded, where too many others did not: the quick ones among them would make it better.
    /// </summary>
    private static RunChange? Failed(string name, Accounting? a, Accounting? b) =>
        a is not null && b is not null && Incomparable.Of(a, b) is { } incomparable
            ? new(name, FailedShare.Metric, "%", FailedShare.Percent(a), FailedShare.Percent(b), null, ChangeWords.OfCost)
            {
                Incomparable = incomparable,
            }
            : null;

    private static IEnumerable<RunChange> Rates(RunResult a, RunResult b) =>
        from before in a.Scenarios
        join after in b.Scenarios on before.Name equals after.Name
        where before.Model == LoadModel.Closed && after.Model == LoadModel.Closed
        select Failed(before.Name, before.Accounting, after.Accounting) ?? Change(
            before.Name, "completed", Throughput.RateOf(before), Throughput.RateOf(after), ChangeWords.OfRate, "requests/min");

    internal static RunChange Change(
        string name, string metric, (double? Figure, ConfidenceInterval? Interval) a, (double? Figure, ConfidenceInterval? Interval) b,
        ChangeWords words, string unit) => new(
        name, metric, unit, a.Figure, b.Figure,
        (a, b) is (({ } before, { } left), ({ } after, { } right)) ? RunSpread.Of((before, left), (after, right)) : null,
        words);

    private static Dictionary<string, OperationResult> Operations(RunResult run) => run.Scenarios
        .SelectMany(scenario => scenario.Operations.Select(operation => (Name: OperationPath.Of(scenario, operation), Result: operation)))
        .GroupBy(entry => entry.Name).ToDictionary(group => group.Key, group => group.First().Result);

    private static ResponseTimes? ResponseTimesOf(OperationResult? operation) =>
        operation is { Response.Count: > 0 } ? new(operation) : null;

    private static (double?, ConfidenceInterval?) Mean(ResponseTimes? times) => times is null
        ? (null, null)
        : (times.Answered.Mean.TotalMilliseconds, Intervals.OfMean(times.Answered, duration => duration.TotalMilliseconds));

    private static (double?, ConfidenceInterval?) At(ResponseTimes? times, double percentile) =>
        times?.Percentile(percentile) is { } figure
            ? (figure.TotalMilliseconds, times.Interval(percentile, duration => duration.TotalMilliseconds))
            : (null, null);
}
