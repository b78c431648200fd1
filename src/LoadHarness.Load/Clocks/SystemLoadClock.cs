using System.Diagnostics;

namespace LoadHarness.Load.Clocks;

/// <summary>The machine's monotonic clock, and a wait that is precise without a spinning core.</summary>
public sealed class SystemLoadClock : LoadClock, IDisposable
{
    private static readonly long NanosecondsPerTick = 1_000_000_000 / Stopwatch.Frequency;
    private readonly PreciseWait _wait = PreciseWait.ForThisSystem();

    public override long Now => Stopwatch.GetTimestamp() * NanosecondsPerTick;

    public override DateTimeOffset UtcNow => DateTimeOffset.UtcNow;

    public override void Enter() => _wait.Enter();

    public override void Wait(long until)
    {
        var left = until == long.MaxValue ? long.MaxValue : until - Now;
        if (left > 0) _wait.For(left);
    }

    public override void Signal() => _wait.Signal();

    public override Task Delay(TimeSpan duration, CancellationToken cancellationToken) => Task.Delay(duration, cancellationToken);

    public void Dispose() => _wait.Dispose();
}
