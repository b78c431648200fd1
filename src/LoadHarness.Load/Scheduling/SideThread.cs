using System.Collections.Concurrent;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// One thread for what is done next to the load, in order: iterations that block every thread of theirs do not hold it up. It begins with
/// its first work. Work that never ends keeps it, and with it no other.
/// </summary>
internal sealed class SideThread(LoadClock clock, string name) : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private Thread? _thread;

    /// <param name="work">Must not throw.</param>
    public void Start(Action work)
    {
        if (clock.RunsInline)
        {
            work();
            return;
        }

        if (_work.IsAddingCompleted) return;
        _work.Add(work);
        if (_thread is not null) return;
        _thread = new Thread(Run, IterationThread.StackBytes) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>What was started before is still done, without waiting for it here.</summary>
    public void Dispose() => _work.CompleteAdding();

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable()) work();
    }
}
