namespace LoadHarness.Load.Clocks;

/// <summary>Whole milliseconds asleep, the rest in yields: for systems whose precise timers are not known here.</summary>
internal sealed class PortableWait : PreciseWait
{
    private readonly AutoResetEvent _signal = new(false);

    public override bool For(long nanoseconds)
    {
        if (nanoseconds == long.MaxValue) return _signal.WaitOne();
        if (nanoseconds >= 1_000_000) return _signal.WaitOne((int)Math.Min(nanoseconds / 1_000_000, int.MaxValue));
        Thread.Yield();
        return false;
    }

    public override void Signal() => _signal.Set();

    public override void Dispose() => _signal.Dispose();
}
