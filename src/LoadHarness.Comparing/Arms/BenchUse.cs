namespace LoadHarness.Comparing.Arms;

/// <summary>What an arm's connections are opened for.</summary>
internal enum BenchUse
{
    /// <summary>
    /// A number of calls by one session: two at once split pages and extend tables in another order each time, which is no difference
    /// between two arms.
    /// </summary>
    Counters,

    /// <summary>
    /// Turns that end by the clock. Each call draws its segment: one after the other, each turn would begin with the same ones, and an arm
    /// that is slower would not come to the dear ones at the end.
    /// </summary>
    Times,
}
