using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;

namespace LoadHarness.Comparing.Arms;

/// <summary>An arm with the tables and rows of a workload of one's own.</summary>
/// <param name="workload">With the operations that are compared, and no others.</param>
internal sealed class WorkloadArm(
    string name, ArmSpecification specification, Database database, Workload workload, ulong seed, PlantedFault? planted)
    : ArmServer(name, specification, database, workload.Checksum, planted)
{
    internal override async Task<IArmBench> OpenBenchAsync(ComparisonPlan plan, BenchUse use, CancellationToken cancellationToken) =>
        new WorkloadBench(await PrepareAsync(cancellationToken), plan);

    internal override async Task<IReadOnlyList<QueryPlan>> PlansAsync(ComparisonPlan plan, CancellationToken cancellationToken)
    {
        await using var run = await PrepareAsync(cancellationToken);
        var trials = await run.TryAsync(seed, cancellationToken);
        return [.. trials.Select(trial => trial.Plan).OfType<QueryPlan>()];
    }

    private async Task<WorkloadRun> PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await WorkloadRun.PrepareAsync(workload, Database.AdminConnectionString, seed, cancellationToken);
        }
        catch (HarnessException refused)
        {
            throw new HarnessException($"Arm {Name}: {refused.Message}", refused.ExitCode, refused);
        }
    }
}
