using LoadHarness.Core.Options;
using LoadHarness.Postgres.Provisioning;

namespace LoadHarness.Cli.Options;

/// <summary>What <c>--keep</c> and <c>--reuse</c> mean for the server: the directory of a private one is kept.</summary>
internal static class KeepOption
{
    /// <returns>Where the database is to be.</returns>
    public static DatabaseTarget Check(GivenOptions raw, DatabaseTarget database, List<string> errors)
    {
        if (!raw.Keep && !raw.Reuse) return database;
        // A run of a workload keeps its server where it is.
        if (raw.Keep && (raw.Workload is null || !raw.TakesDatabase) && OutputDirectory.FaultOf(ClusterSnapshot.Root) is { } fault)
            errors.Add($"--keep '{ClusterSnapshot.Root}': {fault} LOADHARNESS_CACHE names it.");
        if (!raw.TakesDatabase) return database;
        foreach (var (option, isGiven) in ((string, bool)[])[("--keep", raw.Keep), ("--reuse", raw.Reuse)])
            if (isGiven && database is DatabaseTarget.Given) errors.Add($"{option}: a given database stays where it is. Leave it out.");
        if (raw.Reuse && database is DatabaseTarget.Container)
            errors.Add("--reuse: a container starts from no kept server. Give --database native.");
        return database is DatabaseTarget.Auto ? new DatabaseTarget.Native() : database;
    }
}
