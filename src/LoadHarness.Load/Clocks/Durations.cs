namespace LoadHarness.Load.Clocks;

internal static class Durations
{
    public static long ToNanoseconds(this TimeSpan duration) => duration.Ticks * TimeSpan.NanosecondsPerTick;
}
