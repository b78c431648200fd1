using System.Diagnostics;

namespace LoadHarness.Load.Clocks;

/// <summary>The machine's monotonic clock, and a wait that is precise without a spinning core: asleep, but for the last microseconds.</summary>
public sealed class SystemLoadClock : LoadClock, IDisposable
{
    private static readonly long NanosecondsPerTick = 1_000_000_000 / Stopwatch.Frequency;
    private readonly PreciseWait _wait = PreciseWait.ForThisSystem();
    private readonly WakeUpDelay _delay = new();

    public override long Now => Stopwatch.GetTimestamp() * NanosecondsPerTick;

    public override DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public override void Enter() => _wait.Enter();

    public override void Wait(long until)
    {
        if (until == long.MaxValue)
        {
            _wait.For(until);
            return;
        }

        var left = until - Now;
        if (left <= 0) return;
        var asleep = left - _delay.Typical(left);
        if (asleep > 0)
        {
            if (_wait.For(asleep)) return;
            _delay.Learn(left, Now - until + left - asleep);
        }

        while (Now < until) Thread.SpinWait(1);
    }

    public override void Signal() => _wait.Signal();

    public override Task Delay(TimeSpan duration, CancellationToken cancellationToken) => Task.Delay(duration, cancellationToken);

    public void Dispose() => _wait.Dispose();
}
