using System.Diagnostics;

namespace LoadHarness.Load.Clocks;

/// <summary>
/// The machine's monotonic clock, and a wait that is precise without a spinning core: asleep, but for the last microseconds.
/// </summary>
public sealed class SystemLoadClock : LoadClock, IDisposable
{
    private static readonly long NanosecondsPerTick = 1_000_000_000 / Stopwatch.Frequency;
    private readonly PreciseWait _wait = PreciseWait.ForThisSystem();
    private readonly WakeUpDelay _delay = new();

    public override Instant Now => new(Stopwatch.GetTimestamp() * NanosecondsPerTick);

    public override DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public override void Enter() => _wait.Enter();

    public override void Wait(Instant until)
    {
        if (until == Instant.Never)
        {
            _wait.For(until.Nanoseconds);
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

    // Task.Delay counts the kernel's ticks (4 ms apart on many machines) and whole milliseconds: alone it ends up to one tick early.
    public override async Task Delay(TimeSpan duration, CancellationToken cancellationToken)
    {
        var begun = Now;
        await Task.Delay(duration, cancellationToken);
        for (var left = LeftOf(duration, begun); left > TimeSpan.Zero; left = LeftOf(duration, begun))
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), cancellationToken);
    }

    public void Dispose() => _wait.Dispose();

    private TimeSpan LeftOf(TimeSpan duration, Instant begun) => duration - TimeSpan.FromTicks((Now - begun) / TimeSpan.NanosecondsPerTick);
}
