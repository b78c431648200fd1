using LoadHarness.Load;
using LoadHarness.Workloads;

namespace LoadHarness.Comparing.Arms;

/// <summary>The scenarios of a workload on one arm, each for so many users without a pause.</summary>
internal sealed class WorkloadBench(WorkloadRun run, ComparisonPlan plan) : IArmBench
{
    public IReadOnlyList<ScenarioProps> Scenarios { get; } = run.BuildForUsers(plan.Scenarios, plan.Users);

    /// <summary>A call is what one statement, or one transaction, does.</summary>
    public bool IsWrite(string scenario) => false;

    public ValueTask DisposeAsync() => run.DisposeAsync();
}
