using LoadHarness.Core;
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
        if (raw.Keep && KeepsCopy(raw, database) && ClusterSnapshot.RootFault() is { } fault) errors.Add($"--keep: {fault}");
        if (!raw.TakesDatabase) return database;
        foreach (var (option, isGiven) in ((string, bool)[])[("--keep", raw.Keep), ("--reuse", raw.Reuse)])
            if (isGiven && database is DatabaseTarget.Given) errors.Add($"{option}: a given database stays where it is. Leave it out.");
        if (raw.Reuse && database is DatabaseTarget.Container)
            errors.Add("--reuse: a container starts from no kept server. Give --database native.");
        return database is DatabaseTarget.Auto ? new DatabaseTarget.Native() : database;
    }

    /// <summary>For a form of a verb that keeps a filled server without being asked.</summary>
    /// <exception cref="HarnessException">None can be kept.</exception>
    public static void Require(string form)
    {
        if (ClusterSnapshot.RootFault() is { } fault)
            throw new HarnessException($"{form} keeps the seeded server for its next comparison: {fault}", ExitCode.BadUsage);
    }

    // A run of a workload keeps its server where it is, and so does one in a container.
    private static bool KeepsCopy(GivenOptions raw, DatabaseTarget database) =>
        !raw.TakesDatabase || (raw.Workload is null && database is DatabaseTarget.Auto or DatabaseTarget.Native);
}
