namespace LoadHarness.Load.SelfCheck;

/// <summary>How long <c>selfcheck</c> may take. Limits are the same at both scales; a short run just proves less.</summary>
/// <param name="LookupTime">
/// Of each turn of each way to drive the lookup. Short, so that the ways alternate faster than the machine changes its pace.
/// </param>
/// <param name="LookupRounds">
/// Turns of each way; a multiple of the four ways, so that each has every place in the round equally often.
/// </param>
public sealed record SelfCheckScale(
    TimeSpan RateTime,
    TimeSpan StallTime,
    TimeSpan OverloadTime,
    TimeSpan ThroughputTime,
    TimeSpan LookupTime,
    int LookupRounds,
    IReadOnlyList<long> MemorySamples,
    IReadOnlyList<double> Rates)
{
    /// <summary>About nine minutes.</summary>
    public static SelfCheckScale Full { get; } = new(
        TimeSpan.FromSeconds(60),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromSeconds(20),
        TimeSpan.FromSeconds(10),
        TimeSpan.FromSeconds(1),
        40,
        [1_000_000, 10_000_000, 100_000_000],
        [100, 500, 1000, 5000]);

    /// <summary>Under a minute, for every push: 500 a second and the most samples are left out.</summary>
    public static SelfCheckScale Quick { get; } = new(
        TimeSpan.FromSeconds(3),
        TimeSpan.FromSeconds(6),
        TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(1),
        4,
        [1_000_000, 10_000_000],
        [100, 1000, 5000]);
}
