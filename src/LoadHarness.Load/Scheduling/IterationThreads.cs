using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// Threads of the engine's own, so that iterations start on time even when those before them block their threads:
/// the shared pool adds threads about one a second, this one as soon as work has waited a millisecond.
/// </summary>
/// <remarks>
/// Waking a thread costs more than a short iteration. So one at most is on its way to the queue; it wakes the next when it leaves work
/// behind, and takes what has come meanwhile when it does not.
/// </remarks>
internal sealed class IterationThreads(LoadClock clock, int maxThreads) : IDisposable
{
    // One that dispatches, one that takes over from it, one for what comes meanwhile.
    private const int AtFirst = 3;
    private readonly Queue<IWork> _queue = new();

    // The last to fall asleep is the first to wake: those that are not needed stay out of the way.
    private readonly Stack<IterationThread> _idle = [];
    private readonly Lock _gate = new();
    private readonly ThreadGrowthPolicy _growth = new();
    private ThreadGrowthMonitor? _watch;
    private int _coming;
    private int _threads;
    private long _taken;
    private bool _stopped;
    private bool _watched;

    public int Threads => Volatile.Read(ref _threads);

    public void Start(IWork work)
    {
        if (clock.RunsInline)
        {
            work.Execute();
            return;
        }

        IterationThread? summoned;
        lock (_gate)
        {
            _queue.Enqueue(work);
            summoned = Summon();
        }

        summoned?.Wake();
    }

    /// <summary>On a thread of its own when none is free.</summary>
    public void Lead(IWork dispatching)
    {
        if (TryLead(dispatching)) return;
        lock (_gate)
        {
            AddThread(dispatching);
            while (_threads < AtFirst) AddThread();
        }
    }

    /// <returns>False when no thread is free for it.</returns>
    public bool TryLead(IWork dispatching)
    {
        IterationThread? free;
        lock (_gate)
            if (!_idle.TryPop(out free))
                return false;
        free.Wake(dispatching);
        return true;
    }

    /// <summary>Blocks the calling thread until there is work for it.</summary>
    /// <param name="arrives">Whether it was expected at the queue.</param>
    /// <returns>Null when there will be no more.</returns>
    public IWork? Next(IterationThread thread, bool arrives)
    {
        while (true)
        {
            IWork? work;
            IterationThread? summoned = null;
            lock (_gate)
            {
                if (arrives) _coming--;
                if (_stopped) return null;
                if (_queue.TryDequeue(out work))
                {
                    _taken++;
                    summoned = Summon();
                }
                else
                {
                    _idle.Push(thread);
                }
            }

            summoned?.Wake();
            if ((work ?? thread.Sleep()) is { } found) return found;
            arrives = true;
        }
    }

    /// <summary>One look of the watch.</summary>
    /// <param name="wasFull">Whether the cores were busy since the look before.</param>
    /// <returns>False when nothing waits: there is nothing to watch.</returns>
    public bool Grow(bool wasFull)
    {
        lock (_gate)
        {
            if (_stopped || _queue.Count == 0)
            {
                _watched = false;
                return false;
            }

            var missing = _growth.Look(_queue.Count, _taken, _threads);
            if (wasFull || _coming > 0) return true;
            for (; missing > 0 && _threads < maxThreads; missing--) AddThread();
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            while (_idle.TryPop(out var thread))
            {
                _coming++;
                thread.Wake();
            }
        }

        _watch?.Dispose();
    }

    private IterationThread? Summon()
    {
        if (_queue.Count == 0 || _coming > 0 || _stopped) return null;
        if (_idle.TryPop(out var thread)) _coming++;
        else if (_threads == 0) AddThread();
        else if (!_watched) Watch();
        return thread;
    }

    private void Watch()
    {
        _watched = true;
        _growth.Begin(_queue.Count, _taken);
        (_watch ??= new ThreadGrowthMonitor(this)).Wake();
    }

    private void AddThread(IWork? first = null)
    {
        _threads++;
        if (first is null) _coming++;
        new IterationThread(this, first).Begin();
    }
}

/// <summary>Must not throw.</summary>
internal interface IWork
{
    void Execute();
}
