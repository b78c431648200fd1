using LoadHarness.Core.Statistics;

namespace LoadHarness.Core.Comparing;

/// <summary>Looks at the sessions while an arm was loaded, and how many of the looks found one that waited for a lock.</summary>
public sealed record LockWaits(int LooksA, int WaitingA, int LooksB, int WaitingB)
{
    /// <summary>
    /// An import or a campaign waits for locks of its own sessions (pages of indexes, counters): on A, in 10 to 18% of the looks at 20,000
    /// leads. What is to explain a slower B has to come to more than that, by as many points as this at the least.
    /// </summary>
    private const double LeastMore = 0.05;

    /// <summary>
    /// Whether B waited more often than A, by more than chance explains: the 95% intervals of the two shares do not meet.
    /// </summary>
    public bool ArePlain => LooksB > 0 && LooksA > 0 && Share(WaitingB, LooksB) - Share(WaitingA, LooksA) > LeastMore
        && Proportions.ClopperPearson(WaitingB, LooksB).Low > Proportions.ClopperPearson(WaitingA, LooksA).High;

    public string Sentence() => $"Sessions on B waited for a lock in {WaitingB} of {LooksB} looks; on A in {WaitingA} of {LooksA}.";

    private static double Share(int waiting, int looks) => (double)waiting / looks;
}
