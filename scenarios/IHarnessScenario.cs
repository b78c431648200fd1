using LoadHarness.Load;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>Something that users of the schema do, as load.</summary>
public interface IHarnessScenario
{
    /// <summary>Key of the scenario in targets.json and in every report.</summary>
    string Name { get; }

    /// <summary>For people, in a few words.</summary>
    string Title { get; }

    /// <summary>
    /// Bytes of WAL to have at hand for writing over, where a scenario writes so fast that making new segments would slow it; else 0.
    /// </summary>
    long WalBytes(LoadProfile profile) => 0;

    /// <summary>Whether it sends so many requests a second under this profile, which can be raised.</summary>
    bool HasRate(LoadProfile profile) => false;

    /// <returns>What runs at once; most scenarios are one. Nothing when the profile leaves the scenario out.</returns>
    IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment);
}
