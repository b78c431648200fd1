using System.Globalization;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Postgres.Migration;

/// <summary>Judges a measured migration.</summary>
public static class MigrationVerdicts
{
    // DP-1 claims 30 to 60 minutes of downtime, DP-2 15 to 30 minutes of work: nobody shall notice the one, nor wait for the other.
    private const double BlockedLimitMilliseconds = 1_000;
    private const double RollbackLimitSeconds = 120;

    private const string Sampled = "Lock waits are sampled every 10 ms.";

    /// <summary>One verdict for each thing measured.</summary>
    public static IReadOnlyList<Verdict> Detailed(MigrationFigures figures) =>
    [
        Blocked("DP-1", "Longest blocked query while migrating", figures.Up, figures),
        Lasted("DP-1", "Duration of the migration", figures.Up, limitSeconds: null, figures),
        Blocked("DP-2", "Longest blocked query while rolling back", figures.Down, figures),
        Lasted("DP-2", "Duration of the rollback", figures.Down, RollbackLimitSeconds, figures),
        Same("DP-2", "There and back gives the same schema and every row", figures),
    ];

    /// <summary>One verdict for each of DP-1, DP-2 and QA-5.</summary>
    public static IReadOnlyList<Verdict> PerRequirement(MigrationFigures figures)
    {
        var same = Same("QA-5", "Rollback", figures);
        return
        [
            One("DP-1", Blocked("DP-1", "", figures.Up, figures), [Lasted("DP-1", "", figures.Up, null, figures)]),
            One("DP-2", Lasted("DP-2", "", figures.Down, RollbackLimitSeconds, figures), [Blocked("DP-2", "", figures.Down, figures), same]),
            One("QA-5", same, [Lasted("QA-5", "", figures.Down, RollbackLimitSeconds, figures)]),
        ];
    }

    private static Verdict One(string id, Verdict chief, IReadOnlyList<Verdict> others) => chief with
    {
        Id = id,
        Kind = others.Append(chief).Any(v => v.Kind == VerdictKind.Missed) ? VerdictKind.Missed : VerdictKind.Met,
        Evidence = string.Join(" ", others.Prepend(chief).Select(v => v.Evidence)),
        Caveats = [.. others.Prepend(chief).SelectMany(v => v.Caveats).Distinct()],
    };

    private static Verdict Blocked(string id, string title, MigrationPhase phase, MigrationFigures figures)
    {
        var load = phase.Load;
        var wait = load.LongestLockWait.Waited.TotalMilliseconds;
        var kind = load.Failures.Count > 0 || wait > BlockedLimitMilliseconds ? VerdictKind.Missed : VerdictKind.Met;
        var evidence = string.Create(CultureInfo.InvariantCulture,
            $"{load.Queries} queries ran meanwhile on {figures.Leads} leads; longest blocked {wait:F0} ms, at the step {load.LongestLockWait.Step} ({load.LongestLockWait.Query}, behind: {load.LongestLockWait.Blocker}); longest response {load.LongestResponse.TotalMilliseconds:F0} ms ({load.LongestQuery}); {load.Failures.Count} kinds of failure.");
        return new Verdict(
            id, title, kind, wait, BlockedLimitMilliseconds, LimitDirection.AtMost, "ms", load.Queries, null, evidence,
            [Sampled, .. load.Failures.Select(failure => "A query failed: " + failure)], null);
    }

    private static Verdict Lasted(string id, string title, MigrationPhase phase, double? limitSeconds, MigrationFigures figures)
    {
        var seconds = phase.Duration.TotalSeconds;
        return new Verdict(
            id, title, seconds > limitSeconds ? VerdictKind.Missed : VerdictKind.Met, seconds, limitSeconds, LimitDirection.AtMost, "s", 1, null,
            string.Create(CultureInfo.InvariantCulture, $"It took {seconds:F1} s with {figures.Leads} leads, under load; the longest steps: {phase.LongestSteps}."), [], null);
    }

    private static Verdict Same(string id, string title, MigrationFigures figures)
    {
        string[] found = [.. figures.SchemaDifferences, .. figures.Up.Lost, .. figures.Down.Lost];
        return new Verdict(
            id, title, found.Length == 0 ? VerdictKind.Met : VerdictKind.Missed, found.Length, 0, LimitDirection.AtMost, "differences", 1, null,
            $"Against sql/schema.sql and against the start, {figures.SchemaDifferences.Count} lines of the catalog differ (columns, constraints, indexes, owners, grants, policies, routines, triggers, comments); {figures.Up.Lost.Count + figures.Down.Lost.Count} tables differ in the count and checksum of their rows.",
            found, null);
    }
}
