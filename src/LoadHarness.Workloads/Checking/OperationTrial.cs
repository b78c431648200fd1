using LoadHarness.Core.Measurement;

namespace LoadHarness.Workloads.Checking;

/// <summary>What came of one statement, run once and rolled back.</summary>
/// <param name="Place">Its file and line.</param>
/// <param name="Plan">Null where it has none, such as a call.</param>
/// <param name="Fault">What the server said against it; null when it ran.</param>
public sealed record StatementTrial(string Operation, string Place, QueryPlan? Plan, string? Fault);
