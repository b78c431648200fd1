using LoadHarness.Load.Recording;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>Once a second: seals the second, tells the live view, and looks at the thresholds. Its work is done off the dispatching thread.</summary>
internal sealed class SecondTicker(LoadPhase phase, PhaseSetting setting) : IDue, IWork
{
    private const long Second = 1_000_000_000;
    private readonly Lock _lock = new();
    private readonly List<ThresholdWatch> _watches = [.. setting.Scenario.Thresholds.Select(t => new ThresholdWatch(t))];
    private int _told;
    private int _due;
    private long _errors;
    private bool _stopped;

    public void Begin() => phase.Dispatcher.Schedule(setting.Start + Second, this);

    public void Fire(long at)
    {
        if (phase.IsOver) return;
        Volatile.Write(ref _due, (int)((at - setting.Start) / Second));
        phase.Threads.Start(this);
        phase.Dispatcher.Schedule(at + Second, this);
    }

    public void Execute()
    {
        lock (_lock)
        {
            if (_stopped) return;
            phase.Recorder.Seal(Volatile.Read(ref _due), phase.InFlight);
            for (; _told < phase.Recorder.Seconds.Count; _told++) Tell(_told);
        }
    }

    public void Stop()
    {
        lock (_lock) _stopped = true;
    }

    private void Tell(int second)
    {
        var sample = phase.Recorder.Sample(second, offersNothing: LoadPlan.OffersNothing(setting));
        _errors += sample.Failed + sample.Skipped;
        setting.Progress?.Report(new LoadSnapshot(
            setting.Scenario.Name,
            phase.IsEnding ? "draining" : setting.Name,
            TimeSpan.FromSeconds(second + 1),
            sample.Offered,
            sample.Completed,
            sample.P50,
            sample.P95,
            sample.P99,
            _errors,
            sample.InFlight,
            sample.LagP99 ?? TimeSpan.Zero));
        var histogram = phase.Recorder.Seconds[second].Encoded;
        foreach (var watch in _watches)
            if (watch.IsPassed(sample, histogram))
                phase.Dispatcher.Post(0, new Callback(_ => phase.Abort($"Threshold passed: {watch.Threshold}.")));
    }
}
