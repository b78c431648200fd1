using System.Collections.Concurrent;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// One thread that fires what is due, in order of time. What it fires must be quick: iterations run elsewhere.
/// </summary>
internal sealed class Dispatcher(LoadClock clock)
{
    private readonly PriorityQueue<IDue, (long At, long Order)> _queue = new();
    private readonly ConcurrentQueue<(long At, IDue Due)> _posted = new();
    private long _order;
    private long _sleepsUntil;

    public LoadClock Clock => clock;

    /// <summary>On the dispatching thread, or before it runs.</summary>
    public void Schedule(long at, IDue due) => _queue.Enqueue(due, (at, _order++));

    /// <summary>From any thread.</summary>
    public void Post(long at, IDue due)
    {
        _posted.Enqueue((at, due));
        // Full fence: either the sleeper sees the item, or this sees how long it means to sleep.
        Interlocked.MemoryBarrier();
        if (at < Volatile.Read(ref _sleepsUntil)) clock.Signal();
    }

    public void Run(Func<bool> finished)
    {
        clock.Enter();
        while (!finished())
        {
            TakePosted();
            FireDue();
            if (!finished()) Sleep();
        }
    }

    private void FireDue()
    {
        while (_queue.TryPeek(out _, out var next) && next.At <= clock.Now)
        {
            var due = _queue.Dequeue();
            due.Fire(next.At);
            TakePosted();
        }
    }

    private void Sleep()
    {
        var until = _queue.TryPeek(out _, out var next) ? next.At : long.MaxValue;
        Interlocked.Exchange(ref _sleepsUntil, until);
        if (_posted.IsEmpty) clock.Wait(until);
        Volatile.Write(ref _sleepsUntil, 0);
    }

    private void TakePosted()
    {
        while (_posted.TryDequeue(out var posted)) Schedule(posted.At, posted.Due);
    }
}

/// <summary>Something that happens at a time.</summary>
internal interface IDue
{
    /// <param name="at">When it was due, which may be a little ago.</param>
    void Fire(long at);
}

internal sealed class Callback(Action<long> action) : IDue
{
    public void Fire(long at) => action(at);
}
