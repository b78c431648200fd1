using LoadHarness.Load;

namespace LoadHarness.Scenarios;

/// <summary>Something that users of the schema do, as load.</summary>
public interface IHarnessScenario
{
    /// <summary>Key of the scenario in targets.json and in every report.</summary>
    string Name { get; }

    /// <summary>For people, in a few words.</summary>
    string Title { get; }

    /// <returns>What runs at once; most scenarios are one. Nothing when the profile leaves the scenario out.</returns>
    IReadOnlyList<ScenarioProps> Build(Workbench bench);
}
