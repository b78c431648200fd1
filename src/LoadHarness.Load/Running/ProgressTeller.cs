using System.Collections.Concurrent;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Recording;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <summary>
/// Tells a progress view, which is a caller's code. One that throws is told nothing more; one that blocks misses seconds. Neither holds up
/// the run or costs a figure.
/// </summary>
internal sealed class ProgressTeller(IProgress<LoadSnapshot>? view, LoadClock clock) : IDisposable
{
    private const int MostWaiting = 60;
    private readonly ConcurrentQueue<LoadSnapshot> _waiting = new();
    private readonly SideThread _thread = new(clock, "progress view");
    private volatile string? _fault;

    /// <summary>Why the view is told nothing more; null while it is.</summary>
    public string? Fault => _fault;

    /// <summary>By one thread at a time.</summary>
    public void Tell(LoadSnapshot snapshot)
    {
        if (view is null || _fault is not null) return;
        if (_waiting.Count >= MostWaiting) _waiting.TryDequeue(out _);
        _waiting.Enqueue(snapshot);
        _thread.Start(TellNext);
    }

    public void Dispose() => _thread.Dispose();

    private void TellNext()
    {
        if (_fault is not null || !_waiting.TryDequeue(out var snapshot)) return;
        try
        {
            view!.Report(snapshot);
        }
        catch (Exception e)
        {
            _fault = $"The live view failed and was shown no further: {Failure.MessageOf(e)}";
        }
    }
}
