using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Recording;

namespace LoadHarness.Load.Running;

/// <summary>Turns a phase that is over into figures.</summary>
internal static class ScenarioResults
{
    public static ScenarioResult Of(LoadPhase phase, PhaseSetting setting, DateTimeOffset startedUtc, GeneratorHealth health)
    {
        var recorder = phase.Recorder;
        var measured = Duration(phase.Start, phase.MeasuredEnd);
        var planned = Duration(phase.Start, phase.LoadEnd);
        var (offersNothing, hasSchedule) = (LoadPlan.OffersNothing(setting), LoadPlan.HasSchedule(setting));
        var scheduled = ScheduledOf(phase);
        var leftBehind = LeftBehind(phase);
        var stretches = recorder.Stretches;
        return new ScenarioResult(
            setting.Scenario.Name,
            LoadPlan.ModelOf(setting.Scenario),
            LoadPlan.Describe(setting.Scenario),
            startedUtc,
            setting.Scenario.WarmUp,
            measured,
            Math.Max(phase.Users.Most(), phase.Requests.MostInFlight),
            [.. setting.Scenario.Operations.Select((operation, i) => OperationOf(
                operation.Name,
                recorder.Totals[i],
                new Accounting(scheduled[i], recorder.Totals[i].Completed, recorder.Totals[i].Failed, recorder.Skipped[i], leftBehind[i]),
                offersNothing ? null : planned,
                measured,
                hasSchedule) with { Timeline = stretches[i] })],
            Timeline(phase, measured, offersNothing, hasSchedule),
            health,
            phase.AbortReason)
        { Notes = [.. Notes(phase)] };
    }

    /// <summary>Of a scenario that was not begun.</summary>
    public static ScenarioResult NotBegun(ScenarioProps scenario, DateTimeOffset atUtc, string reason)
    {
        var nothing = new SecondSeries(scenario.Operations.Count);
        return new ScenarioResult(
            scenario.Name,
            LoadPlan.ModelOf(scenario),
            LoadPlan.Describe(scenario),
            atUtc,
            scenario.WarmUp,
            TimeSpan.Zero,
            0,
            [.. scenario.Operations.Select(
                (operation, i) => OperationOf(
                operation.Name, nothing.Totals[i], Accounting.None, null, TimeSpan.Zero, hasSchedule: false))],
            [],
            new GeneratorHealth(0, null, 0, 0, TimeSpan.Zero),
            reason);
    }

    public static OperationResult OperationOf(
        string name, OperationSamples samples, Accounting accounting, TimeSpan? planned, TimeSpan measured, bool hasSchedule) => new(
        name,
        accounting,
        LatencySummary.Of(Sum(samples.Response, samples.OnTime)),
        LatencySummary.Of(Sum(samples.Service, samples.OnTime)),
        LatencySummary.Of(hasSchedule ? LagOf(samples) : new LatencyHistogram()),
        planned is { } time ? PerSecond(accounting.Scheduled, time) : null,
        PerSecond(accounting.Completed, measured),
        samples.Items == 0 ? null : samples.Items,
        [.. samples.Steps.Select(s => new StepResult(s.Key, LatencySummary.Of(s.Value)))],
        [.. Unanswered(accounting), .. samples.Errors.OrderByDescending(e => e.Value)
            .Select(e => new ErrorCount(e.Key.Message, e.Value, e.Key.Code))]);

    // First: a request without a response is the worst of all.
    private static IEnumerable<ErrorCount> Unanswered(Accounting accounting) =>
        accounting.InFlight > 0 ? [new ErrorCount(ErrorCount.Unanswered, accounting.InFlight)] : [];

    // Seconds in which the engine only waited for requests that never ended are no part of what was measured.
    private static IReadOnlyList<SecondSample> Timeline(LoadPhase phase, TimeSpan measured, bool offersNothing, bool hasSchedule)
    {
        var samples = phase.Recorder.Timeline(offersNothing, hasSchedule)
            .Select(sample => sample with { Loaded = Loaded(phase, sample) }).ToList();
        var last = samples.FindLastIndex(
            s => s.Second < measured.TotalSeconds || s.Completed + s.Failed + s.Skipped + (s.Offered ?? 0) > 0);
        return samples[..(last + 1)];
    }

    private static TimeSpan Loaded(LoadPhase phase, SecondSample sample)
    {
        var left = Duration(phase.Start, phase.LoadEnd) - TimeSpan.FromSeconds(sample.Second);
        var whole = TimeSpan.FromSeconds(sample.Seconds);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left > whole ? whole : left;
    }

    private static IEnumerable<string> Notes(LoadPhase phase)
    {
        if (phase.ProgressFault is { } fault) yield return fault;
        foreach (var operation in phase.Scenario.Operations.Where((_, i) => phase.Recorder.LostStepNames[i]))
            yield return $"Operation '{operation.Name}' has more than a hundred different step names. The others are counted together as "
                + $"'{StepNames.Other}'; give steps names that do not change from one iteration to the next.";
    }

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
        if (samples.OnTimeCount > 0) lag.RecordNanoseconds(0, samples.OnTimeCount);
        return lag;
    }

    private static LatencyHistogram Sum(LatencyHistogram a, LatencyHistogram b)
    {
        var sum = new LatencyHistogram();
        sum.Add(a);
        sum.Add(b);
        return sum;
    }

    private static TimeSpan Duration(Instant from, Instant to) => TimeSpan.FromTicks((to - from) / TimeSpan.NanosecondsPerTick);

    private static double PerSecond(long count, TimeSpan time) => time > TimeSpan.Zero ? count / time.TotalSeconds : 0;
}
