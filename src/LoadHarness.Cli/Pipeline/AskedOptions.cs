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
        new(OptionNames.Database, options.Database.ToString()),
        new(OptionNames.Seed, options.Seed.ToString()),
        .. options.FromEvidence ? [] : OfSettings(options),
        new(OptionNames.Engine, options.Engine.ToString().ToLowerInvariant()),
        new(OptionNames.Pooler, options.Pooler.ToString().ToLowerInvariant()),
        .. options.Workload is null ? OfReuse(options.Reuse) : [],
        // Not where there are none: earlier runs did not know the word.
        .. options.Agents is { } agents ? OfAgents(agents.Count) : [],
    ]);

    // A baseline knows a workload by its text: another text asks for something else.
    private static IEnumerable<KeyValuePair<string, string>> OfWorkload(Workload workload) =>
        [new(OptionNames.Profile, workload.Name), new(OptionNames.Workload, $"{workload.Name} {workload.Checksum}")];

    private static IEnumerable<KeyValuePair<string, string>> OfCrm(HarnessOptions options) =>
    [
        .. OfSpread(options.Spread),
        new(OptionNames.Contacts, options.Contacts.ToString()),
        new(OptionNames.Profile, ProfileCatalog.NameOf(options.Profile)),
        new(OptionNames.ProfileChecksum, ProfileCatalog.Read(options.Profile).Checksum(digits: 12)),
    ];

    private static IEnumerable<KeyValuePair<string, string>> OfSettings(HarnessOptions options) =>
    [
        new(OptionNames.Settings, options.Database is DatabaseTarget.Given
            ? DatabaseTarget.Given.Settings
            : options.ServerProfile.ToString().ToLowerInvariant()),
    ];

    private static IEnumerable<KeyValuePair<string, string>> OfReuse(bool reuse) => [new(OptionNames.Reuse, reuse ? "yes" : "no")];

    // Of one workspace nothing is said, as before there was a choice.
    private static IEnumerable<KeyValuePair<string, string>> OfSpread(WorkspaceSpread spread) => spread.IsOne()
        ? []
        : [new(OptionNames.Workspaces, spread.Workspaces.ToString()), new(OptionNames.Skew, spread.Skew.ToString())];

    private static IEnumerable<KeyValuePair<string, string>> OfAgents(int count) => [new(OptionNames.Agents, count.ToString())];
}
