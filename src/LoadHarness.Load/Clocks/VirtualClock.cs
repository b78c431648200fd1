namespace LoadHarness.Load.Clocks;

/// <summary>
/// Time that passes only when everything waits. One thread does everything, so a run is exact and the same every time: for tests, and to
/// play a load without making it.
/// </summary>
internal sealed class VirtualClock : LoadClock
{
    private readonly PriorityQueue<TaskCompletionSource, (long At, long Order)> _timers = new();
    private long _now;
    private long _order;
    private bool _signalled;

    public override long Now => _now;

    public override DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch.AddTicks(_now / 100);

    public override bool RunsInline => true;

    public override void Wait(long until)
    {
        while (!_signalled)
        {
            if (!_timers.TryPeek(out _, out var next) || next.At > until)
            {
                if (until == long.MaxValue)
                    throw new InvalidOperationException("Nothing is due and nothing waits: the run would never end.");
                _now = Math.Max(_now, until);
                return;
            }

            _now = Math.Max(_now, next.At);
            _timers.Dequeue().TrySetResult();
        }

        _signalled = false;
    }

    public override void Signal() => _signalled = true;

    public override Task Delay(TimeSpan duration, CancellationToken cancellationToken)
    {
        var timer = new TaskCompletionSource();
        cancellationToken.Register(() => timer.TrySetCanceled(cancellationToken));
        _timers.Enqueue(timer, (_now + (duration.Ticks * 100), _order++));
        return timer.Task;
    }
}
