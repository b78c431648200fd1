namespace LoadHarness.Load;

/// <summary>One second of a running scenario, for a live view.</summary>
/// <param name="Phase">warm-up, measuring or draining.</param>
/// <param name="Elapsed">Since the phase began.</param>
/// <param name="OfferedPerSecond">In an unpaced closed model what was started.</param>
/// <param name="Errors">Failed and skipped since the phase began.</param>
public sealed record LoadSnapshot(
    string Scenario,
    string Phase,
    TimeSpan Elapsed,
    double OfferedPerSecond,
    double AchievedPerSecond,
    TimeSpan P50,
    TimeSpan P95,
    TimeSpan P99,
    long Errors,
    int InFlight,
    TimeSpan LagP99);
