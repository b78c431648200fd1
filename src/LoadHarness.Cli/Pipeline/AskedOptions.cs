using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Workloads;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The options as run.json keeps them: what a baseline is held against, and what a reader types to do it again.</summary>
internal static class AskedOptions
{
    public static IReadOnlyDictionary<string, string> Of(HarnessOptions options) => new Dictionary<string, string>(
    [
        .. options.Workload is { } folder ? OfWorkload(WorkloadCatalog.Read(folder)) : OfCrm(options),
        new("database", options.Database.ToString()),
        new("seed", options.Seed.ToString()),
        new("settings", options.ServerProfile.ToString().ToLowerInvariant()),
        new("engine", options.Engine.ToString().ToLowerInvariant()),
        new("pooler", options.Pooler.ToString().ToLowerInvariant()),
        .. options.Workload is null ? OfReuse(options.Reuse) : [],
        // Not where there are none: earlier runs did not know the word.
        .. options.Agents is { } agents ? OfAgents(agents.Count) : [],
    ]);

    // A baseline knows a workload by its text: another text asks for something else.
    private static IEnumerable<KeyValuePair<string, string>> OfWorkload(Workload workload) =>
        [new("profile", workload.Name), new("workload", $"{workload.Name} {workload.Checksum}")];

    private static IEnumerable<KeyValuePair<string, string>> OfCrm(HarnessOptions options) =>
    [
        .. OfSpread(options.Spread),
        new("contacts", options.Contacts.ToString()),
        new("profile", ProfileCatalog.NameOf(options.Profile)),
    ];

    private static IEnumerable<KeyValuePair<string, string>> OfReuse(bool reuse) => [new("reuse", reuse ? "yes" : "no")];

    // Of one workspace nothing is said, as before there was a choice.
    private static IEnumerable<KeyValuePair<string, string>> OfSpread(WorkspaceSpread spread) => spread.IsOne()
        ? []
        : [new("workspaces", spread.Workspaces.ToString()), new("skew", spread.Skew.ToString())];

    private static IEnumerable<KeyValuePair<string, string>> OfAgents(int count) => [new("agents", count.ToString())];
}
