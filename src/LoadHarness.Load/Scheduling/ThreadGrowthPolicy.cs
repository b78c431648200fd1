namespace LoadHarness.Load.Scheduling;

/// <summary>
/// How many threads are missing, from one look at the queue to the next. What has waited since the look before shows that too few take
/// work; not so when it is about to be taken: after a pause of the machine the queue is long, and short again in no time.
/// </summary>
internal sealed class ThreadGrowthPolicy
{
    // As part of a look: what is gone by then, at the pace of the last one, gains nothing from a thread that is yet to be made.
    private const int Soon = 8;

    // Where some block, more will: as part of those that are there, so that not every one of them makes an arrival late.
    private const int Spare = 4;
    private long _arrived;
    private long _taken;

    /// <param name="taken">So far, by every thread.</param>
    public void Begin(int waiting, long taken) => (_arrived, _taken) = (taken + waiting, taken);

    /// <returns>At most as many as there are, so that they double from look to look.</returns>
    public int Look(int waiting, long taken, int threads)
    {
        var (waitedSince, takenSince) = (_arrived - taken, taken - _taken);
        Begin(waiting, taken);
        if (waitedSince <= 0 || waitedSince <= takenSince / Soon) return 0;
        return (int)Math.Clamp(waiting - takenSince + (threads / Spare), 1, threads);
    }
}
