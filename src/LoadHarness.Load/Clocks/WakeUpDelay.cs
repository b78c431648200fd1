using System.Numerics;

namespace LoadHarness.Load.Clocks;

/// <summary>
/// How late this machine wakes a sleeping thread: the median by length of sleep, for a core that slept longer takes longer to come back.
/// A thread that sleeps that much less is late half as often, and spins for microseconds when it is early.
/// </summary>
internal sealed class WakeUpDelay
{
    private const long First = 20_000;
    private const long Step = 1_500;

    // What is learnt on a machine that is busy must not become a spinning core on one that is not.
    private const long Most = 150_000;
    private readonly long[] _medians = [.. Enumerable.Repeat(First, 65)];

    /// <param name="sleep">Nanoseconds, as the answer.</param>
    public long Typical(long sleep) => _medians[BitOf(sleep)];

    public void Learn(long sleep, long delay)
    {
        ref var median = ref _medians[BitOf(sleep)];
        median = Math.Clamp(median + (delay > median ? Step : -Step), 0, Most);
    }

    private static int BitOf(long sleep) => 64 - BitOperations.LeadingZeroCount((ulong)sleep);
}
