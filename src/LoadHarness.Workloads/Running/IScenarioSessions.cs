using LoadHarness.Core;
using LoadHarness.Load;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Workloads.Running;

/// <summary>The connections of one scenario, and how its operations go over them.</summary>
internal interface IScenarioSessions : IAsyncDisposable
{
    SentStatements Sent { get; }

    /// <summary>What must be there before anything is measured; what is there stays.</summary>
    /// <exception cref="HarnessException">The server gives fewer connections, or a list has too few pages.</exception>
    Task OpenAsync(IScenarioInitContext init);

    /// <param name="operation">Place among the scenario's operations.</param>
    Task<IResponse> RunAsync(IScenarioContext context, int operation);
}
