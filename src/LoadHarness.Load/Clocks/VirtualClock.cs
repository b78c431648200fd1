namespace LoadHarness.Load.Clocks;

/// <summary>
/// Time that passes only when everything waits. One thread does everything, so a run is exact and the same every time: for tests, and to
/// play a load without making it.
/// </summary>
internal sealed class VirtualClock : LoadClock
{
    private readonly PriorityQueue<TaskCompletionSource, (Instant At, long Order)> _timers = new();
    private Instant _now;
    private long _order;
    private bool _signalled;

    public override Instant Now => _now;

    public override DateTimeOffset UtcNow => DateTimeOffset.UnixEpoch.AddTicks(_now.Nanoseconds / 100);

    public override bool RunsInline => true;

    public override void Wait(Instant until)
    {
        while (!_signalled)
        {
            if (!_timers.TryPeek(out _, out var next) || next.At > until)
            {
                if (until == Instant.Never)
                    throw new InvalidOperationException("Nothing is due and nothing waits: the run would never end.");
                _now = Instant.Later(_now, until);
                return;
            }

            _now = Instant.Later(_now, next.At);
            _timers.Dequeue().TrySetResult();
        }

        _signalled = false;
    }

    public override void Signal() => _signalled = true;

    public override Task Delay(TimeSpan duration, CancellationToken cancellationToken)
    {
        var timer = new TaskCompletionSource();
        cancellationToken.Register(() => timer.TrySetCanceled(cancellationToken));
        _timers.Enqueue(timer, (_now + duration.ToNanoseconds(), _order++));
        return timer.Task;
    }
}
