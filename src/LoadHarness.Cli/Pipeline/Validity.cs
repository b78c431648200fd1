using LoadHarness.Core.Measurement;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Why the figures of a run must not be trusted, whatever they say.</summary>
public static class Validity
{
    /// <summary>Each of these makes commits cheaper than they are in production.</summary>
    private static readonly string[] DurabilitySettings = ["fsync", "full_page_writes", "synchronous_commit"];

    public static IEnumerable<string> Doubts(RunResult run, IReadOnlyList<ScenarioResult> scenarios)
    {
        if (run.Identity.Configuration != "Release")
            yield return $"This is a {run.Identity.Configuration} build: the generator is slower than it should be. Build with -c Release.";

        foreach (var setting in DurabilitySettings.Where(name => run.Server?.Settings.GetValueOrDefault(name) == "off"))
            yield return $"The server runs with {setting} = off: commits are cheaper than in production.";

        foreach (var scenario in scenarios.Where(scenario => scenario.AbortReason is not null))
            yield return $"{scenario.Name} was ended early: {scenario.AbortReason}.";

        foreach (var scenario in scenarios.Where(scenario => !scenario.Accounting.Balances))
            yield return $"{scenario.Name} does not account for every request: {scenario.Accounting}.";
    }
}
