namespace LoadHarness.Load;

/// <summary>One second of a running scenario, for a live view.</summary>
/// <param name="Elapsed">Since the phase began.</param>
/// <param name="OfferedPerSecond">Null in a closed model without a pace, where nothing is offered.</param>
/// <param name="P50">
/// Of the second's response times and of the ages of what has waited for longer than a second; null when there are neither.
/// </param>
/// <param name="Errors">Failed and skipped since the phase began.</param>
/// <param name="InFlight">Requests under way as the second ended.</param>
/// <param name="LagP99">Null where requests have no schedule, or none started.</param>
public sealed record LoadSnapshot(
    string Scenario,
    PhaseKind Phase,
    TimeSpan Elapsed,
    double? OfferedPerSecond,
    double AchievedPerSecond,
    TimeSpan? P50,
    TimeSpan? P95,
    TimeSpan? P99,
    long Errors,
    int InFlight,
    TimeSpan? LagP99);
