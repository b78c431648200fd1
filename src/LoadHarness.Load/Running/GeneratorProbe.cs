using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>
/// Reads once a second what the generator itself used, from the start of the load on: neither the wait for the other generators nor that
/// for requests that never end is part of the figures. Its work is done off the dispatching thread.
/// </summary>
internal sealed class GeneratorProbe(Dispatcher dispatcher, Instant start) : IDue, IDisposable
{
    private const long Second = 1_000_000_000;
    private readonly Lock _lock = new();
    private readonly List<(Instant Due, GeneratorReading Reading)> _readings = [];
    private readonly SideThread _thread = new(dispatcher.Clock, "generator");

    public void Begin() => dispatcher.Schedule(start, this);

    public void Fire(Instant at)
    {
        _thread.Start(() => Read(at));
        dispatcher.Schedule(at + Second, this);
    }

    /// <summary>
    /// What was used from the start to the end of the second in which the last measured request ended. Of a load that was over at once,
    /// such as the share of an agent that has none, there is nothing: whenever it is read, it was not the load.
    /// </summary>
    public GeneratorHealth Measure(Instant end)
    {
        var last = GeneratorReading.Of(dispatcher.Clock);
        if (end - start < GeneratorReading.ShortestWindow) return last.Since(last);
        lock (_lock)
        {
            if (_readings.Count == 0) return last.Since(last);
            var after = _readings.Skip(1).FirstOrDefault(reading => reading.Due >= end).Reading ?? last;
            return after.Since(_readings[0].Reading);
        }
    }

    public void Dispose() => _thread.Dispose();

    private void Read(Instant due)
    {
        var reading = GeneratorReading.Of(dispatcher.Clock);
        lock (_lock) _readings.Add((due, reading));
    }
}
