using LoadHarness.Core.Measurement;
using LoadHarness.Load.Recording;

namespace LoadHarness.Load.Running;

/// <summary>Turns a phase that is over into figures.</summary>
internal static class ScenarioResults
{
    public static ScenarioResult Of(LoadPhase phase, PhaseSetting setting, DateTimeOffset startedUtc, GeneratorHealth health)
    {
        var recorder = phase.Recorder;
        // A user who waits a second between requests did not do them any faster because the last came early.
        var measured = Duration(phase.Start, Math.Max(recorder.LastEnd, phase.LoadEnd));
        var planned = Duration(phase.Start, phase.LoadEnd);
        var offersNothing = LoadPlan.OffersNothing(setting);
        var scheduled = ScheduledOf(phase);
        var leftBehind = LeftBehind(phase);
        return new ScenarioResult(
            setting.Scenario.Name,
            LoadPlan.ModelOf(setting.Scenario),
            LoadPlan.Describe(setting.Scenario),
            startedUtc,
            setting.Scenario.WarmUp,
            measured,
            Math.Max(phase.Users.Most, phase.Requests.MostInFlight),
            [.. setting.Scenario.Operations.Select((operation, i) => OperationOf(
                operation.Name,
                recorder.Totals[i],
                new Accounting(scheduled[i], recorder.Totals[i].Completed, recorder.Totals[i].Failed, recorder.Skipped[i], leftBehind[i]),
                offersNothing ? TimeSpan.Zero : planned,
                measured))],
            [.. Enumerable.Range(0, recorder.Seconds.Count).Select(s => recorder.Sample(s, offersNothing))],
            health,
            phase.AbortReason);
    }

    public static OperationResult OperationOf(string name, OperationSamples samples, Accounting accounting, TimeSpan planned, TimeSpan measured) => new(
        name,
        accounting,
        LatencySummary.Of(Sum(samples.Response, samples.Punctual)),
        LatencySummary.Of(Sum(samples.Service, samples.Punctual)),
        LatencySummary.Of(LagOf(samples)),
        PerSecond(accounting.Scheduled, planned),
        PerSecond(accounting.Completed, measured),
        samples.Items == 0 ? null : samples.Items,
        [.. samples.Steps.Select(s => new StepResult(s.Key, LatencySummary.Of(s.Value)))],
        [.. samples.Errors.OrderByDescending(e => e.Value).Select(e => new ErrorCount(e.Key, e.Value))]);

    private static long[] ScheduledOf(LoadPhase phase)
    {
        var scheduled = phase.Recorder.Scheduled.ToArray();
        if (phase.Scenario is not { Pace.Ticks: 0, ThinkTime.Ticks: 0 }) return scheduled;
        foreach (var user in phase.Users.All)
            for (var i = 0; i < scheduled.Length; i++)
                scheduled[i] += user.Started[i];
        return scheduled;
    }

    private static long[] LeftBehind(LoadPhase phase)
    {
        var left = new long[phase.Scenario.Operations.Count];
        foreach (var operation in phase.Requests.LeftBehind) left[operation]++;
        foreach (var user in phase.Users.All.Where(u => u.Running >= 0)) left[user.Running]++;
        return left;
    }

    private static LatencyHistogram LagOf(OperationSamples samples)
    {
        var lag = Sum(samples.Lag, new LatencyHistogram());
        if (samples.Punctuals > 0) lag.RecordNanoseconds(0, samples.Punctuals);
        return lag;
    }

    private static LatencyHistogram Sum(LatencyHistogram a, LatencyHistogram b)
    {
        var sum = new LatencyHistogram();
        sum.Add(a);
        sum.Add(b);
        return sum;
    }

    private static TimeSpan Duration(long from, long to) => TimeSpan.FromTicks((to - from) / TimeSpan.NanosecondsPerTick);

    private static double PerSecond(long count, TimeSpan time) => time > TimeSpan.Zero ? count / time.TotalSeconds : 0;
}
