namespace LoadHarness.Core.Measurement;

/// <summary>One of several generators that shared the load of a run. The scenarios of the run hold what all of them measured.</summary>
/// <param name="Name">Its share: 2/3 is the second of three.</param>
/// <param name="Cores">Of its machine.</param>
/// <param name="ClockAheadSeconds">Its wall clock less the coordinator's; of the exchange with the shortest round trip.</param>
/// <param name="RoundTrip">Of that exchange: the difference is known to half of it.</param>
/// <param name="Loads">What it did of each scenario, in order.</param>
public sealed record AgentRecord(
    string Name,
    string Host,
    int ProcessId,
    int Cores,
    double ClockAheadSeconds,
    TimeSpan RoundTrip,
    IReadOnlyList<AgentLoad> Loads)
{
    /// <summary>Null for one that stayed to the end.</summary>
    public AgentLoss? Loss { get; init; }
}

/// <summary>An agent that went away: nothing of what it measured in that scenario is known.</summary>
/// <param name="Scenario">What it was at; the names of those that ran at once with a plus between.</param>
/// <param name="Reason">How it was noticed.</param>
/// <param name="Skipped">Requests of its share until the load ended, each booked as skipped.</param>
public sealed record AgentLoss(string Scenario, DateTimeOffset AtUtc, string Reason, long Skipped);

/// <summary>What one agent did of one scenario, to judge whether it was fit to measure.</summary>
/// <param name="StartedLate">Its real start less the start that was agreed on.</param>
/// <param name="AbortReason">Why it ended early; null when it ran its course.</param>
public sealed record AgentLoad(
    string Scenario,
    LoadModel Model,
    TimeSpan StartedLate,
    GeneratorHealth Generator,
    IReadOnlyList<AgentOperation> Operations,
    string? AbortReason)
{
    public static AgentLoad Of(ScenarioResult scenario, TimeSpan startedLate) => new(
        scenario.Name, scenario.Model, startedLate, scenario.Generator,
        [.. scenario.Operations.Select(operation => new AgentOperation(
            operation.Name, operation.Accounting, operation.Response.P95, operation.Lag.P99 ?? operation.Lag.Maximum))],
        scenario.AbortReason);
}

/// <param name="P95">Of the response times; null when there were too few.</param>
/// <param name="Lag">The p99 of its schedule lag; of few requests the longest; null where there is no schedule.</param>
public sealed record AgentOperation(string Name, Accounting Accounting, TimeSpan? P95, TimeSpan? Lag);
