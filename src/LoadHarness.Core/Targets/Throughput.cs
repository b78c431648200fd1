using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>
/// Judges completed requests a minute. Completions are no Poisson process: users who wait for their response, and arrivals on a schedule,
/// are far more even, and a slow server makes neighbouring seconds alike. So the interval comes from the run itself, by batch means:
/// the whole seconds are cut into batches of equal length, and Student's t of the batches' rates gives the half-width.
/// </summary>
internal static class Throughput
{
    /// <summary>
    /// Enough batches for Student's t to be narrow, few enough that a batch is longer than what ties neighbouring seconds together.
    /// </summary>
    private const int Batches = 15;

    /// <summary>Below this, the half-width is a guess from too little.</summary>
    private const int FewestBatches = 5;

    public static Verdict Decide(RunResult run, ScenarioResult scenario, Target target)
    {
        var accounting = scenario.Accounting;
        var (figure, interval) = RateOf(scenario);
        var measured = new Measured(
            figure, interval, accounting.Completed, target.MinimumSamples, "completed requests", scenario.Name);
        var verdict = Verdict.Judged(target.Id, target.Title, measured, target.Bound, Evidence(scenario))
            .Qualified(Caveats.Of(run, target, accounting));
        var reason = FailedShare.Reason(accounting, scenario.Operations.SelectMany(operation => operation.Errors));
        return reason is null ? verdict : verdict.MissedBecause(reason);
    }

    /// <summary>Completed requests a minute, with their interval.</summary>
    public static (double? Figure, ConfidenceInterval? Interval) RateOf(ScenarioResult scenario)
    {
        double? figure = scenario.Measured > TimeSpan.Zero ? scenario.Accounting.Completed / scenario.Measured.TotalMinutes : null;
        return (figure, Interval(scenario, figure));
    }

    /// <summary>Around the figure; null where there are too few whole seconds.</summary>
    private static ConfidenceInterval? Interval(ScenarioResult scenario, double? figure)
    {
        if (figure is not { } centre) return null;
        var rates = BatchRates(scenario).Select(rate => rate * 60).ToList();
        if (rates.Count < FewestBatches || Intervals.OfMean(rates) is not { } interval) return null;
        var halfWidth = (interval.High - interval.Low) / 2;
        return new(Math.Max(0, centre - halfWidth), centre + halfWidth);
    }

    /// <summary>
    /// The rate of each batch. Whole seconds only; one without a sample completed nothing. What a sample of several seconds counted is
    /// spread evenly over them.
    /// </summary>
    private static List<double> BatchRates(ScenarioResult scenario)
    {
        if (scenario.Timeline.Count == 0) return [];
        var whole = (long)Math.Min(scenario.Measured.TotalSeconds, scenario.Timeline.Max(sample => (long)sample.Second + sample.Seconds));
        var length = Math.Max(1, whole / Batches);
        var counts = new double[Math.Max(0, whole / length)];
        foreach (var sample in scenario.Timeline.Where(sample => sample.Second >= 0 && sample.Second < whole))
        {
            var (from, to) = ((long)sample.Second, Math.Min((long)sample.Second + sample.Seconds, whole));
            for (var batch = from / length; batch < counts.Length && batch * length < to; batch++)
            {
                var within = Math.Min(to, (batch + 1) * length) - Math.Max(from, batch * length);
                counts[batch] += (double)sample.Completed * within / (to - from);
            }
        }

        return [.. counts.Select(count => count / length)];
    }

    private static string Evidence(ScenarioResult scenario) =>
        $"{scenario.Accounting.Completed:N0} requests completed in {scenario.Measured.TotalSeconds:N1} s of real time; "
            + $"{scenario.LoadDescription.TrimEnd('.')}. The interval is from the rates of equal stretches of the run (batch means).";
}
