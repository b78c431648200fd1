using LoadHarness.Core.Targets;
using LoadHarness.Workloads;

namespace LoadHarness.Cli.Options;

/// <summary>What <c>--workload</c> means for the other options.</summary>
internal static class WorkloadOption
{
    /// <returns>Null when none was given, or the folder is not one.</returns>
    public static Workload? Check(GivenOptions raw, List<string> errors)
    {
        if (raw.Workload is not { } folder) return null;
        foreach (var (option, isGiven) in NotBeside(raw))
            if (isGiven) errors.Add($"--workload: {option} is for the CRM's own scenarios. Leave it out.");
        var workload = WorkloadCatalog.Find(folder, out var faults);
        errors.AddRange(faults);
        return workload;
    }

    /// <summary>Those of the folder, unless others were given.</summary>
    public static IReadOnlyList<Target> Targets(Workload workload, GivenOptions raw, List<string> errors) =>
        raw.Targets is null ? workload.Targets : OptionsCheck.Targets(raw, workload.Operations, errors);

    private static IEnumerable<(string Option, bool IsGiven)> NotBeside(GivenOptions raw) =>
    [
        ("--contacts", raw.Contacts is not null),
        ("--workspaces", raw.Workspaces is not null),
        ("--skew", raw.Skew is not null),
        ("--profile", raw.Profile is not null),
        ("--engine nbomber", string.Equals(raw.Engine, "nbomber", StringComparison.OrdinalIgnoreCase)),
        ("--pooler pgbouncer", string.Equals(raw.Pooler, "pgbouncer", StringComparison.OrdinalIgnoreCase)),
        ("--force", raw.Force is not null),
        ("--reuse", raw.Reuse),
        ("--without-extensions", raw.WithoutExtensions is not null),
    ];
}
