using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// Threads of the engine's own, so that iterations start on time even when those before them block their threads:
/// the shared pool adds threads about one a second, this one as soon as work has waited a millisecond.
/// </summary>
internal sealed class IterationThreads(LoadClock clock, int maxThreads) : IDisposable
{
    private const int PatienceMilliseconds = 1;
    private const int StackBytes = 1024 * 1024;

    // One that dispatches, one that takes over from it, one for what comes meanwhile.
    private const int AtFirst = 3;
    private readonly Queue<IWork> _queue = new();
    private readonly object _gate = new();
    private readonly FullMachine _machine = new();
    private IWork? _leading;
    private int _idle;
    private int _starting;
    private int _threads;
    private bool _stopped;
    private bool _watched;

    public int Threads => Volatile.Read(ref _threads);

    private int Waiting => _queue.Count + (_leading is null ? 0 : 1);

    public void Start(IWork work)
    {
        if (clock.RunsInline)
        {
            work.Execute();
            return;
        }

        lock (_gate)
        {
            _queue.Enqueue(work);
            Summon();
        }
    }

    /// <summary>Before everything else that waits for a thread.</summary>
    public void Lead(IWork dispatching)
    {
        lock (_gate)
        {
            _leading = dispatching;
            while (_threads < AtFirst) AddThread();
            Summon();
        }
    }

    /// <returns>False when no thread is free for it.</returns>
    public bool TryLead(IWork dispatching)
    {
        lock (_gate)
        {
            if (_idle <= Waiting) return false;
            _leading = dispatching;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Summon()
    {
        Monitor.Pulse(_gate);
        if (_threads == 0) AddThread();
        else if (Waiting > _idle && !_watched) WatchForGrowth();
    }

    private void AddThread()
    {
        _threads++;
        _starting++;
        new Thread(Work, StackBytes) { IsBackground = true, Name = "iterations" }.Start();
    }

    // A watcher exists only while work waits for a thread: an idle or asynchronous load pays nothing for it.
    private void WatchForGrowth()
    {
        _watched = true;
        new Thread(Grow, StackBytes) { IsBackground = true, Name = "iteration threads" }.Start();
    }

    private void Grow()
    {
        while (true)
        {
            _machine.Look();
            Thread.Sleep(PatienceMilliseconds);
            var isFull = _machine.WasKeptBusy();
            lock (_gate)
            {
                if (_stopped || Waiting == 0)
                {
                    _watched = false;
                    return;
                }

                // More threads help where those that are there block; not where they wait for a core.
                if (isFull || _starting > 0) continue;
                for (var missing = Waiting - _idle; missing > 0 && _threads < maxThreads; missing--) AddThread();
            }
        }
    }

    private void Work()
    {
        lock (_gate) _starting--;
        while (Next() is { } work) work.Execute();
    }

    private IWork? Next()
    {
        lock (_gate)
        {
            _idle++;
            while (Waiting == 0 && !_stopped) Monitor.Wait(_gate);
            _idle--;
            if (_stopped) return null;
            if (_leading is not { } leading) return _queue.Dequeue();
            _leading = null;
            return leading;
        }
    }
}

/// <summary>Must not throw.</summary>
internal interface IWork
{
    void Execute();
}
