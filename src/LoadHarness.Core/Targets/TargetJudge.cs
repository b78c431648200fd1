using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>Turns measured figures into verdicts, by the one decision of <see cref="Limit.Decide"/>.</summary>
public static class TargetJudge
{
    /// <returns>
    /// One verdict for each target, in the order of the targets; of a comparing verb, one for each thing that it looked at.
    /// </returns>
    public static IReadOnlyList<Verdict> Decide(RunResult run, IReadOnlyList<Target> targets) =>
        run.Findings?.JudgedBy(targets).Verdicts ?? OfTargets(run, targets);

    private static IReadOnlyList<Verdict> OfTargets(RunResult run, IReadOnlyList<Target> targets)
    {
        var direct = targets.Where(target => target.Statistic != Statistic.ContactsWithAllTargetsMet)
            .ToDictionary(target => target.Id, target => Decide(run, target).ClaimedAt(target.ClaimedAtContacts));
        return [.. targets.Select(target => direct.GetValueOrDefault(target.Id) ?? Milestone(run, target, targets, direct))];
    }

    private static Verdict Decide(RunResult run, Target target) => target.Statistic switch
    {
        Statistic.Contacts => Contacts(run, target),
        Statistic.Comparison => run.Comparisons.FirstOrDefault(comparison => comparison.Id == target.Id) is { } comparison
            ? Verdict.Judged(
                target.Id, target.Title, new(comparison.Figure, comparison.Interval, comparison.Samples, target.MinimumSamples),
                    target.Bound, comparison.Evidence)
            : Unavailable(target, "It was not compared in this run."),
        _ => run.Scenarios.FirstOrDefault(scenario => scenario.Name == target.Scenario) is { } scenario
            ? OfScenario(run, scenario, target)
            : Unavailable(target, $"The scenario {target.Scenario} did not run."),
    };

    private static Verdict OfScenario(RunResult run, ScenarioResult scenario, Target target) => target.Statistic switch
    {
        Statistic.CompletedPerMinute => Throughput.Decide(run, scenario, target),
        Statistic.Users => UsersHeld.Decide(run, scenario, target),
        _ => WorstOperation(run, scenario, target),
    };

    private static Verdict WorstOperation(RunResult run, ScenarioResult scenario, Target target)
    {
        var operations = scenario.Operations.Where(operation => target.Operation is null || operation.Name == target.Operation).ToList();
        if (operations.Count == 0)
            return Unavailable(target, $"{scenario.Name} measured no operation{(target.Operation is { } name ? $" called {name}" : "")}.");

        return operations
            .Select(operation => (operation.Accounting, Verdict: ResponseTime.Decide(run, scenario, operation, target)))
            .OrderBy(judged => VerdictKinds.Severity(judged.Verdict.Kind))
            .ThenByDescending(judged => FailedShare.IsTooLarge(judged.Accounting))
            // A percentile among requests that never came back has no figure, and is longer than every one.
            .ThenByDescending(judged => judged.Verdict is { Kind: VerdictKind.Missed, Figure: null })
            .ThenByDescending(judged => judged.Verdict.Figure / judged.Verdict.Limit)
            .First().Verdict;
    }

    private static Verdict Contacts(RunResult run, Target target)
    {
        if (run.Seed is not { } seed) return Unavailable(target, "Nothing was seeded in this run.");
        var contacts = seed.LeadsOfLargest();
        var when = seed.Found is null ? "after seeding" : "before the load, in a database that was seeded earlier";
        return target.Bound.Allows(contacts)
            ? Verdict.Counted(
                target.Id, target.Title, contacts, target.Bound, contacts,
                $"{contacts:N0} leads in workspace {seed.PrimaryWorkspaceId}, counted {when}.", $"counted in the table {when}")
            : TooSmall(target, seed);
    }

    /// <summary>A run of fewer leads cannot judge a claim about more: that is no miss.</summary>
    private static Verdict TooSmall(Target target, SeedManifest? seed) => Unavailable(target, seed is null || seed.Spread.IsOne()
        ? $"This run holds {seed?.LeadsOfLargest() ?? 0:N0} leads."
        : $"This run holds {seed.Scale()}, and {seed.LeadsOfLargest():N0} in the largest.");

    private static Verdict Milestone(RunResult run, Target target, IReadOnlyList<Target> targets, Dictionary<string, Verdict> verdicts)
    {
        var contacts = run.Seed?.LeadsOfLargest() ?? 0;
        if (!target.Bound.Allows(contacts)) return TooSmall(target, run.Seed);

        var judged = verdicts.Values.Where(verdict => verdict.IsJudged).ToList();
        if (judged.Count == 0) return Unavailable(target, "No other target was judged in this run.");
        var others = judged.Where(verdict => verdict.Kind != VerdictKind.Met)
            .Select(verdict => $"{verdict.Id} {CheckReport.Word(verdict.Kind)}").ToList();
        var evidence = others.Count == 0
            ? $"All {judged.Count} judged targets were met at {contacts:N0} leads."
            : $"At {contacts:N0} leads: {string.Join(", ", others)}.";
        var verdict = Verdict.Worst(target.Id, target.Title, judged, evidence, contacts, target.Bound);
        // Comparisons need more than one run; all else has to be judged before the whole can be said to hold.
        var open = targets.Where(other => other.Statistic != Statistic.Comparison && verdicts.TryGetValue(other.Id, out var one)
            && !one.IsJudged)
            .Select(other => other.Id).ToList();
        var cause = string.Join("; ", [.. Cause("not every target is met", others), .. Cause("not judged", open)]);
        return verdict.Kind == VerdictKind.Missed ? verdict.MissedBecause(cause)
            : cause.Length == 0 ? verdict
            : verdict.UndecidedBecause(cause);
    }

    private static IEnumerable<string> Cause(string what, List<string> targets) =>
        targets.Count == 0 ? [] : [$"{what}: {string.Join(", ", targets)}"];

    private static Verdict Unavailable(Target target, string reason) =>
        Verdict.Unavailable(target.Id, target.Title, $"{reason} {MeasuringCommands.Sentence(target.Id)}", target.Bound,
            MeasuringCommands.For(target.Id));
}
