using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>An arm with the tables and rows of a workload of one's own.</summary>
/// <param name="workload">With the operations that are compared, and no others.</param>
internal sealed class WorkloadArm(
    string name, ArmSpecification specification, Database database, Workload workload, ulong seed, PlantedFault? planted)
    : ArmServer(name, specification, database, workload.Checksum, planted)
{
    internal override async Task<IReadOnlyList<OperationFault>> RefusedAsync(CancellationToken cancellationToken)
    {
        if (await FaultAsync(_ => true) is null) return [];
        var refused = new List<OperationFault>();
        foreach (var (scenario, operations) in workload.Operations)
            foreach (var path in operations.Select(operation => OperationPath.Of(scenario, operation)))
            {
                // Alone, it says whether the fault is its own.
                if (await FaultAsync(other => other == path) is { } words) refused.Add(new(path, words));
            }

        return refused;

        async Task<string?> FaultAsync(Func<string, bool> isAsked)
        {
            try
            {
                await using var run = await PrepareAsync(isAsked, cancellationToken);
                return null;
            }
            catch (HarnessException fault) when (fault.ExitCode == ExitCode.BadUsage)
            {
                return Words(fault.InnerException ?? fault);
            }
        }
    }

    internal override async Task<IArmBench> OpenBenchAsync(ComparisonPlan plan, BenchUse use, CancellationToken cancellationToken) =>
        new WorkloadBench(await PrepareAsync(plan, cancellationToken), plan);

    internal override async Task<IReadOnlyList<QueryPlan>> PlansAsync(ComparisonPlan plan, CancellationToken cancellationToken)
    {
        await using var run = await PrepareAsync(plan, cancellationToken);
        try
        {
            var trials = await run.TryAsync(seed, cancellationToken);
            return [.. trials.Select(trial => trial.Plan).OfType<QueryPlan>()];
        }
        catch (Exception fault) when (fault is PostgresException or HarnessException or IndexOutOfRangeException)
        {
            // Of a walk to pages far down. The calls that need the pages fail too, and say why.
            return [];
        }
    }

    private Task<WorkloadRun> PrepareAsync(ComparisonPlan plan, CancellationToken cancellationToken) =>
        PrepareAsync(path => !plan.LeftOut.Contains(path), cancellationToken);

    private async Task<WorkloadRun> PrepareAsync(Func<string, bool> isAsked, CancellationToken cancellationToken)
    {
        try
        {
            return await WorkloadRun.PrepareAsync(workload.Only(isAsked), Database.AdminConnectionString, seed, cancellationToken);
        }
        catch (HarnessException refused)
        {
            throw new HarnessException($"Arm {Name}: {refused.Message}", refused.ExitCode, refused);
        }
    }

    // Without the folder, which is a temporary one where a revision was taken from git.
    private string Words(Exception refused) => refused.Message.TrimEnd('.')
        .Replace($"{Path.TrimEndingDirectorySeparator(workload.Folder)}{Path.DirectorySeparatorChar}", "", StringComparison.Ordinal)
        .Replace(Environment.NewLine, " ", StringComparison.Ordinal);
}
