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
    private readonly Queue<IWork> _queue = new();
    private readonly object _gate = new();
    private int _idle;
    private int _threads;
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

        lock (_gate)
        {
            _queue.Enqueue(work);
            Monitor.Pulse(_gate);
            if (_threads == 0) AddThread();
            else if (_queue.Count > _idle && !_watched) WatchForGrowth();
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

    private void AddThread()
    {
        _threads++;
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
            Thread.Sleep(PatienceMilliseconds);
            lock (_gate)
            {
                if (_stopped || _queue.Count == 0)
                {
                    _watched = false;
                    return;
                }

                for (var missing = _queue.Count - _idle; missing > 0 && _threads < maxThreads; missing--) AddThread();
            }
        }
    }

    private void Work()
    {
        while (true)
        {
            IWork work;
            lock (_gate)
            {
                _idle++;
                while (_queue.Count == 0 && !_stopped) Monitor.Wait(_gate);
                _idle--;
                if (_stopped) return;
                work = _queue.Dequeue();
            }

            work.Execute();
        }
    }
}

/// <summary>Must not throw.</summary>
internal interface IWork
{
    void Execute();
}
