using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>
/// Once a second: seals the second, tells the live view, and looks at the thresholds. Its work is done off the dispatching thread.
/// </summary>
internal sealed class SecondTicker(LoadPhase phase, PhaseSetting setting) : IDue, IDisposable
{
    private const long Second = 1_000_000_000;
    private readonly Lock _lock = new();
    private readonly List<ThresholdWatch> _watches = [.. setting.Scenario.Thresholds.Select(t => new ThresholdWatch(t))];
    private readonly SideThread _thread = new(phase.Clock, "seconds");
    private readonly ProgressTeller _teller = new(setting.Progress, phase.Clock);
    private int _told;
    private int _due;
    private long _errors;
    private bool _stopped;

    public string? ProgressFault => _teller.Fault;

    public void Begin() => phase.Dispatcher.Schedule(setting.Start + Second, this);

    public void Fire(Instant at)
    {
        if (phase.IsOver) return;
        Volatile.Write(ref _due, (int)((at - setting.Start) / Second));
        phase.AbortWhenStuck(at);
        _thread.Start(Tick);
        phase.Dispatcher.Schedule(at + Second, this);
    }

    public void Stop()
    {
        lock (_lock) _stopped = true;
    }

    public void Dispose()
    {
        _thread.Dispose();
        _teller.Dispose();
    }

    private void Tick()
    {
        lock (_lock)
        {
            if (_stopped) return;
            var look = phase.LookAtInFlight();
            // One at a time: only the newest one's response times are at hand.
            for (var due = Volatile.Read(ref _due); _told < due; _told++)
            {
                phase.Recorder.Seal(_told + 1, look.Count);
                Look(_told, look);
            }
        }
    }

    private void Look(int second, InFlightLook look)
    {
        var sample = phase.Recorder.Counts(second, LoadPlan.OffersNothing(setting), LoadPlan.HasSchedule(setting));
        _errors += sample.Failed + sample.Skipped;
        var seen = Seen(look);
        _teller.Tell(Snapshot(sample, seen));
        foreach (var watch in _watches)
            if (watch.IsPassed(sample, seen, look))
                phase.Dispatcher.Post(Instant.Origin, new Callback(_ => phase.Abort($"Threshold passed: {watch.Threshold}.")));
    }

    // A server that stands still completes nothing: what waits for it has taken at least so long.
    private LatencyHistogram Seen(InFlightLook look)
    {
        var seen = new LatencyHistogram();
        seen.Add(phase.Recorder.Latest);
        seen.Add(look.Ages);
        return seen;
    }

    private LoadSnapshot Snapshot(SecondSample sample, LatencyHistogram seen)
    {
        TimeSpan? At(double percentile) => seen.Count == 0 ? null : seen.Percentile(percentile);
        var drains = phase.IsEnding && setting.Start + (sample.Second * Second) >= phase.LoadEnd;
        return new LoadSnapshot(
            setting.Scenario.Name,
            drains ? PhaseKind.Draining : setting.Phase,
            TimeSpan.FromSeconds(sample.Second + 1),
            sample.Offered,
            sample.Completed,
            At(50),
            At(95),
            At(99),
            _errors,
            sample.InFlight,
            sample.LagP99);
    }
}
