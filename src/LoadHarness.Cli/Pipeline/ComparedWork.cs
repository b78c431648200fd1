using LoadHarness.Comparing;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Subjects;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Workloads;

namespace LoadHarness.Cli.Pipeline;

/// <summary>What <c>compare</c> and <c>gate</c> work on: the CRM, or with <c>--workload</c> one's own statements and tables.</summary>
/// <param name="Workload">Null for the CRM.</param>
internal sealed record ComparedWork(ComparisonPlan Plan, ComparedSubject Subject, Workload? Workload)
{
    /// <summary>The arm that is as the files of today make it.</summary>
    public string UsualArm => Workload is null ? "optimized" : "workload";

    /// <param name="scenarios">Null for all.</param>
    /// <exception cref="Core.HarnessException">There is no scenario of that name.</exception>
    public static ComparedWork Of(HarnessOptions options, ComparisonPlan plan, IReadOnlyList<string>? scenarios = null)
    {
        var workload = options.Workload is { } folder ? WorkloadCatalog.Read(folder) : null;
        var all = workload is null ? plan : plan.For(workload);
        var chosen = scenarios is null ? all : all.Only(scenarios);
        return new(chosen, workload is null
            ? new CrmSubject(CrmRows.Of(options), options.ServerProfile, options.Keep)
            : new WorkloadSubject(workload, chosen.Scenarios, options.ServerProfile, options.Seed, options.Keep), workload);
    }

    /// <param name="option">That the text came from, for messages.</param>
    /// <exception cref="Core.HarnessException">A word is no part of an arm.</exception>
    public ArmSpecification Arm(string option, string text) =>
        Workload is null ? ArmSpecification.Parse(option, text) : ArmSpecification.OfWorkload(option, text);

    /// <summary>Looks whether an arm's files are there, without making it.</summary>
    /// <exception cref="Core.HarnessException">They are not.</exception>
    public async Task RequireAsync(ArmSpecification arm, CancellationToken cancellationToken)
    {
        if (Workload is not null) await WorkloadSubject.RequireAsync(Workload, arm, cancellationToken);
        else await using (await SqlFolder.OfAsync(arm.Schema, cancellationToken)) { }
    }

    /// <summary>Of the files of an arm that is a folder: they change under its name. Null for any other arm.</summary>
    /// <exception cref="Core.HarnessException">The folder is not there, or nothing can be built from it.</exception>
    public async Task<string?> ChecksumAsync(ArmSpecification arm, CancellationToken cancellationToken)
    {
        if (arm.Schema is not ArmSchema.Folder folder) return null;
        if (Workload is not null) return WorkloadCatalog.Read(folder.Path).Checksum;
        await using var sql = await SqlFolder.OfAsync(folder, cancellationToken);
        return sql.Checksum;
    }
}
