using System.Collections.Concurrent;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Scheduling;

/// <summary>
/// Fires what is due, in order of time, on one thread at a time. The thread that woke for the last of what is due runs the iteration
/// itself and leaves dispatching to another (leader and followers): waking that other costs the iteration nothing.
/// </summary>
internal sealed class Dispatcher(LoadClock clock, IterationThreads threads) : IWork
{
    // Another thread is awake within this on an idle machine. What is due sooner is started by this thread, one after the other.
    private const long TakeOverNanoseconds = 100_000;
    private readonly PriorityQueue<IDue, (Instant At, long Order)> _queue = new();
    private readonly ConcurrentQueue<(Instant At, IDue Due)> _posted = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<bool> _finished = () => true;
    private IWork? _started;
    private long _order;
    private Instant _sleepsUntil;

    public LoadClock Clock => clock;

    /// <summary>On the dispatching thread, or before it runs.</summary>
    public void Schedule(Instant at, IDue due) => _queue.Enqueue(due, (at, _order++));

    /// <summary>From any thread.</summary>
    public void Post(Instant at, IDue due)
    {
        _posted.Enqueue((at, due));
        // Full fence: either the sleeper sees the item, or this sees how long it means to sleep.
        Interlocked.MemoryBarrier();
        if (at < Instant.Read(ref _sleepsUntil)) clock.Signal();
    }

    /// <summary>On the dispatching thread: runs an iteration, as soon as everything that is due was fired.</summary>
    public void Start(IWork work)
    {
        if (clock.RunsInline)
        {
            work.Execute();
            return;
        }

        if (_started is { } earlier) threads.Start(earlier);
        _started = work;
    }

    /// <param name="finished">Asked on the dispatching thread.</param>
    public Task RunAsync(Func<bool> finished)
    {
        _finished = finished;
        if (clock.RunsInline) Execute();
        else threads.Lead(this);
        return _ended.Task;
    }

    public void Execute()
    {
        IWork? mine = null;
        try
        {
            clock.Enter();
            while (mine is null && !_finished())
            {
                TakePosted();
                FireDue();
                mine = HandOver();
                if (mine is null && !_finished()) Sleep();
            }
        }
        catch (Exception e)
        {
            _ended.TrySetException(e);
            return;
        }

        if (mine is not null) mine.Execute();
        else _ended.TrySetResult();
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

    /// <returns>What this thread is to run now that another dispatches; null when this one goes on.</returns>
    private IWork? HandOver()
    {
        if (_started is not { } work) return null;
        _started = null;
        var isFree = !_queue.TryPeek(out _, out var next) || next.At - clock.Now > TakeOverNanoseconds;
        if (isFree && threads.TryLead(this)) return work;
        threads.Start(work);
        return null;
    }

    private void Sleep()
    {
        var until = _queue.TryPeek(out _, out var next) ? next.At : Instant.Never;
        Instant.Write(ref _sleepsUntil, until);
        // Full fence, as in Post.
        Interlocked.MemoryBarrier();
        if (_posted.IsEmpty) clock.Wait(until);
        Instant.Write(ref _sleepsUntil, Instant.Origin);
    }

    private void TakePosted()
    {
        while (_posted.TryDequeue(out var posted)) Schedule(posted.At, posted.Due);
    }
}

/// <summary>Something that happens at a time.</summary>
internal interface IDue
{
    /// <summary>Must be quick: iterations are given to <see cref="Dispatcher.Start"/>.</summary>
    /// <param name="at">When it was due, which may be a little ago.</param>
    void Fire(Instant at);
}

internal sealed class Callback(Action<Instant> action) : IDue
{
    public void Fire(Instant at) => action(at);
}
