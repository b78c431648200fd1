using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>
/// Turns measured figures into verdicts. A target is met when the whole confidence interval of its figure lies inside the limit,
/// missed when the whole interval lies outside, and inconclusive in between or with too few samples.
/// </summary>
public static class Judge
{
    /// <returns>One verdict for each target, in the order of the targets.</returns>
    public static IReadOnlyList<Verdict> Decide(RunResult run, IReadOnlyList<Target> targets)
    {
        var direct = targets.Where(target => target.Statistic != Statistic.ContactsWithAllTargetsMet)
            .ToDictionary(target => target.Id, target => Decide(run, target));
        return [.. targets.Select(target => direct.GetValueOrDefault(target.Id) ?? Milestone(run, target, direct.Values))];
    }

    private static Verdict Decide(RunResult run, Target target) => target.Statistic switch
    {
        Statistic.Contacts => Contacts(run, target),
        Statistic.Comparison => run.Comparisons.FirstOrDefault(comparison => comparison.Id == target.Id) is { } comparison
            ? Compared(comparison, target)
            : Unavailable(target, "One run cannot show this: it needs the same data on the base and on the optimized schema, interleaved."),
        _ => run.Scenarios.FirstOrDefault(scenario => scenario.Name == target.Scenario) is { } scenario
            ? OfScenario(run, scenario, target)
            : Unavailable(target, $"The scenario {target.Scenario} did not run."),
    };

    private static Verdict OfScenario(RunResult run, ScenarioResult scenario, Target target) => target.Statistic switch
    {
        Statistic.CompletedPerMinute => CompletedPerMinute(run, scenario, target),
        Statistic.Users => Users(run, scenario, target),
        _ => WorstOperation(run, scenario, target),
    };

    private static Verdict WorstOperation(RunResult run, ScenarioResult scenario, Target target)
    {
        var operations = scenario.Operations.Where(operation => target.Operation is null || operation.Name == target.Operation).ToList();
        if (operations.Count == 0) return Unavailable(target, $"{scenario.Name} measured no operation called {target.Operation}.");

        var verdicts = operations.Select(operation => ResponseTime.Decide(run, scenario, operation, target)).ToList();
        return verdicts.OrderBy(verdict => Severity(verdict.Kind)).ThenByDescending(verdict => verdict.Figure / verdict.Limit).First();
    }

    private static int Severity(VerdictKind kind) => kind switch
    {
        VerdictKind.Missed => 0,
        VerdictKind.Inconclusive => 1,
        VerdictKind.Met => 2,
        _ => 3,
    };

    private static Verdict CompletedPerMinute(RunResult run, ScenarioResult scenario, Target target)
    {
        var accounting = scenario.Accounting;
        var figure = scenario.Measured > TimeSpan.Zero ? accounting.Completed / scenario.Measured.TotalMinutes : 0;
        var kind = accounting.Completed < target.MinimumSamples ? VerdictKind.Inconclusive
            : figure >= target.Limit ? VerdictKind.Met : VerdictKind.Missed;
        // A count of independent completions varies as its square root (Poisson).
        var halfWidth = accounting.Completed == 0 ? 0 : 1.96 * figure / Math.Sqrt(accounting.Completed);
        return Of(target, kind, figure, target.Limit, accounting.Completed, new(figure - halfWidth, figure + halfWidth),
            $"{accounting.Completed:N0} requests completed in {scenario.Measured.TotalSeconds:N1} s of real time; {scenario.LoadDescription}.",
            Caveats.Of(run, target, accounting), scenario.Name);
    }

    private static Verdict Users(RunResult run, ScenarioResult scenario, Target target)
    {
        var accounting = scenario.Accounting;
        var allWell = accounting.Failed == 0 && accounting.Skipped == 0;
        var kind = accounting.Completed < target.MinimumSamples ? VerdictKind.Inconclusive
            : allWell && scenario.Users >= target.Limit ? VerdictKind.Met : VerdictKind.Missed;
        return Of(target, kind, scenario.Users, target.Limit, accounting.Completed, null,
            $"{scenario.Users:N0} at once ({scenario.LoadDescription}): {accounting.Completed:N0} completed, {accounting.Failed:N0} failed, {accounting.Skipped:N0} skipped{Slowest(scenario)}.",
            Caveats.Of(run, target, accounting), scenario.Name);
    }

    // The target says nothing of response times; who decides from it must know them all the same.
    private static string Slowest(ScenarioResult scenario) =>
        scenario.Operations.MaxBy(operation => operation.Response.P95) is { } slowest
            ? $"; p95 of the slowest operation, {slowest.Name}: {slowest.Response.P95.TotalSeconds:N2} s"
            : "";

    private static Verdict Compared(Comparison comparison, Target target)
    {
        var kind = comparison.Samples < target.MinimumSamples || comparison.Interval is not { } interval ? VerdictKind.Inconclusive
            : Inside(interval.Low, target) && Inside(interval.High, target) ? VerdictKind.Met
            : Inside(interval.Low, target) || Inside(interval.High, target) ? VerdictKind.Inconclusive
            : VerdictKind.Missed;
        return Of(target, kind, comparison.Figure, target.Limit, comparison.Samples, comparison.Interval, comparison.Evidence, [], null);
    }

    private static bool Inside(double figure, Target target) => target.Direction == LimitDirection.AtLeast ? figure >= target.Limit : figure <= target.Limit;

    private static Verdict Contacts(RunResult run, Target target)
    {
        var contacts = run.Seed?.Contacts ?? 0;
        return contacts >= target.Limit
            ? Of(target, VerdictKind.Met, contacts, target.Limit, contacts, null, $"{contacts:N0} leads in workspace {run.Seed!.PrimaryWorkspaceId}, counted after seeding.", [], null)
            : Unavailable(target, $"This run holds {contacts:N0} leads. Run with --contacts {target.Limit:0} to judge it.");
    }

    private static Verdict Milestone(RunResult run, Target target, IEnumerable<Verdict> verdicts)
    {
        var contacts = run.Seed?.Contacts ?? 0;
        if (contacts < target.Limit) return Unavailable(target, $"This run holds {contacts:N0} leads. Run with --contacts {target.Limit:0} to judge it.");

        var judged = verdicts.Where(verdict => verdict.Kind != VerdictKind.Unavailable).ToList();
        var others = judged.Where(verdict => verdict.Kind != VerdictKind.Met).Select(verdict => $"{verdict.Id} {CheckReport.Word(verdict.Kind)}").ToList();
        return Of(target, CheckReport.Overall(judged), contacts, target.Limit, judged.Count, null,
            others.Count == 0 ? $"All {judged.Count} judged targets were met at {contacts:N0} leads." : $"At {contacts:N0} leads: {string.Join(", ", others)}.", [], null);
    }

    private static Verdict Unavailable(Target target, string evidence) =>
        Of(target, VerdictKind.Unavailable, null, target.Limit, 0, null, evidence, [], null);

    internal static Verdict Of(
        Target target, VerdictKind kind, double? figure, double? limit, long samples, ConfidenceInterval? interval, string evidence, IReadOnlyList<string> caveats, string? source) =>
        new(target.Id, target.Title, kind, figure, limit, target.Direction, target.Unit, samples, interval, evidence, caveats, source);
}
