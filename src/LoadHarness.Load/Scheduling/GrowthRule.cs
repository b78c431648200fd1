namespace LoadHarness.Load.Scheduling;

/// <summary>
/// How many threads are missing, from one look at the queue to the next. What has waited since the look before shows that too few take work;
/// not so when it is about to be taken: after a pause of the machine the queue is long, and short again in no time.
/// </summary>
internal sealed class GrowthRule
{
    private long _arrived;
    private long _taken;

    /// <param name="taken">So far, by every thread.</param>
    public void Begin(int waiting, long taken) => (_arrived, _taken) = (taken + waiting, taken);

    /// <returns>At most as many as there are, so that they double from look to look.</returns>
    public int Look(int waiting, long taken, int threads)
    {
        var (waitedSince, takenSince) = (_arrived - taken, taken - _taken);
        Begin(waiting, taken);
        // Gone within half a look, at the pace of this one.
        if (waitedSince <= 0 || waitedSince <= takenSince / 2) return 0;
        return (int)Math.Clamp(waiting - takenSince, 1, threads);
    }
}
