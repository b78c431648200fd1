using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Validity;

/// <summary>Why the figures of a run must not be trusted, whatever they say.</summary>
public static class RunChecks
{
    public static IEnumerable<string> Doubts(RunResult run, IReadOnlyList<Target> targets)
    {
        if (run.Identity.Configuration != "Release")
            yield return $"This is a {run.Identity.Configuration} build: the generator is slower than it should be. Build with -c Release.";

        if (run.Baseline is { Differences.Count: > 0 } baseline)
            yield return $"The baseline {baseline.RunId} does not fit: {string.Join("; ", baseline.Differences)}. "
                + "Give a baseline of the same kind, or none.";

        foreach (var setting in Durability.Settings.Where(name => run.Server?.Settings.GetValueOrDefault(name) == "off"))
            yield return $"The server runs with {setting} = off: commits are cheaper than in production.";

        if (run.Seed?.Found?.Fewer() is { } fewer) yield return fewer;

        foreach (var doubt in run.Findings?.Doubts ?? []) yield return doubt;

        foreach (var scenario in run.Scenarios)
        {
            if (scenario.AbortReason is { } reason) yield return $"{scenario.Name} was ended early: {reason}.";
            var doubts = run.Agents.Count > 0
                ? GeneratorChecks.CheckTogether(scenario, JudgedElsewhere)
                : GeneratorChecks.Check(scenario, Limit(scenario.Name, targets), run.Host.Cores, JudgedElsewhere);
            foreach (var doubt in doubts) yield return doubt;
        }

        foreach (var doubt in AgentChecks.Doubts(run.Agents, scenario => Limit(scenario, targets), JudgedElsewhere)) yield return doubt;

        // Last: the headline is what went wrong in this run, where something did.
        foreach (var doubt in DataStorage.Doubts(run.Server?.FileSystem)) yield return doubt;
    }

    /// <summary>Too few samples make the one verdict inconclusive, not the run invalid.</summary>
    private static ValidityLimits JudgedElsewhere { get; } = new(FewestSamples: 0);

    // A scenario whose response times nobody judges cannot be spoilt by a late start.
    private static TimeSpan Limit(string scenario, IReadOnlyList<Target> targets) => targets
        .Where(target => target.Scenario == scenario && TimeUnit.Is(target.Unit))
        .Select(target => TimeSpan.FromMilliseconds(TimeUnit.ToMilliseconds(target.Limit, target.Unit)))
        .DefaultIfEmpty(TimeSpan.MaxValue)
        .Min();
}
