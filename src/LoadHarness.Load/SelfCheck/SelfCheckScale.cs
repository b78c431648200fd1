namespace LoadHarness.Load.SelfCheck;

/// <summary>How long <c>selfcheck</c> may take. Limits are the same at both scales; a short run just proves less.</summary>
public sealed record SelfCheckScale(TimeSpan RateTime, TimeSpan StallTime, TimeSpan ThroughputTime, IReadOnlyList<long> MemorySamples, IReadOnlyList<double> Rates)
{
    /// <summary>About ten minutes.</summary>
    public static SelfCheckScale Full { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(10), [1_000_000, 10_000_000, 100_000_000], [100, 500, 1000, 5000]);

    /// <summary>Under a minute, for every push.</summary>
    public static SelfCheckScale Quick { get; } = new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2), [1_000_000, 10_000_000], [100, 1000, 5000]);
}
