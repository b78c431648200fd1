using LoadHarness.Postgres.Workload;

namespace LoadHarness.Postgres.Observation;

/// <summary>A scenario as the observer knows it: by the name of its sessions and by what it sends.</summary>
/// <param name="Operations">All that it has. What a scenario of one operation sends is that operation's.</param>
public sealed record ScenarioWatch(SentStatements Sent, IReadOnlyList<string> Operations)
{
    public string Name => Sent.Scenario;

    /// <returns>By shape, the operation that sends it as "scenario/operation"; null where that is not known.</returns>
    internal IReadOnlyDictionary<string, string?> OperationsByShape() => Sent.ByShape().ToDictionary(
        sent => sent.Key,
        sent => sent.Value.Length > 0 ? $"{Name}/{sent.Value}" : Operations is [var only] ? $"{Name}/{only}" : null);
}
