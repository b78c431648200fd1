using LoadHarness.Core.Verdicts;

namespace LoadHarness.Postgres.Migration;

/// <summary>Judges a measured migration.</summary>
public static class MigrationVerdicts
{
    // DP-1 claims 30 to 60 minutes of downtime, DP-2 15 to 30 minutes of work: nobody shall notice the one, nor wait for the other.
    private static readonly Limit MostBlocked = Limit.AtMost(1_000, "ms");
    private static readonly Limit LongestRollback = Limit.AtMost(120, "s");

    private const string Sampled = "Lock waits are sampled every 10 ms.";

    /// <summary>One verdict for each thing measured.</summary>
    public static IReadOnlyList<Verdict> Detailed(MigrationFigures figures) =>
    [
        Blocked("DP-1", "Longest blocked query while migrating", figures.Up, figures),
        Lasted("DP-1", "Duration of the migration", figures.Up, null, figures),
        Blocked("DP-2", "Longest blocked query while rolling back", figures.Down, figures),
        Lasted("DP-2", "Duration of the rollback", figures.Down, LongestRollback, figures),
        Same("DP-2", "There and back gives the same schema and every row", figures),
    ];

    /// <summary>One verdict for each of DP-1, DP-2 and QA-5.</summary>
    public static IReadOnlyList<Verdict> PerRequirement(MigrationFigures figures)
    {
        var same = Same("QA-5", "Rollback", figures);
        return
        [
            One("DP-1", Blocked("DP-1", "", figures.Up, figures), [Lasted("DP-1", "", figures.Up, null, figures)]),
            One("DP-2", Lasted("DP-2", "", figures.Down, LongestRollback, figures), [Blocked("DP-2", "", figures.Down, figures), same]),
            One("QA-5", same, [Lasted("QA-5", "", figures.Down, LongestRollback, figures)]),
        ];
    }

    private static Verdict One(string id, Verdict chief, IReadOnlyList<Verdict> others) =>
        others.Aggregate(chief, (all, other) => all.And(other)).As(id, "");

    private static Verdict Blocked(string id, string title, MigrationPhase phase, MigrationFigures figures)
    {
        var load = phase.Load;
        var wait = load.LongestLockWait.Waited.TotalMilliseconds;
        var evidence = $"{load.Queries} queries ran meanwhile on {figures.Leads} leads; "
            + $"longest blocked {wait:F0} ms, at the step {load.LongestLockWait.Step} ({load.LongestLockWait.Query}, behind: "
            + $"{load.LongestLockWait.Blocker}); response times from the intended start: p99 {load.P99?.TotalMilliseconds:F0} ms, "
            + $"longest {load.LongestResponse.TotalMilliseconds:F0} ms ({load.LongestQuery}); "
            + $"{load.Failures.Count} kinds of failure{Named(load.Failures)}.";
        var verdict = Verdict.Counted(
            id, title, wait, MostBlocked, load.Queries, evidence, "the longest of all lock waits, sampled every 10 ms")
            .Qualified([Sampled, .. load.Failures.Select(failure => "A query failed: " + failure)]);
        return load.Failures.Count == 0 ? verdict : verdict.MissedBecause($"queries failed: {string.Join("; ", load.Failures)}");
    }

    private static Verdict Lasted(string id, string title, MigrationPhase phase, Limit? limit, MigrationFigures figures)
    {
        var seconds = phase.Duration.TotalSeconds;
        var evidence = $"It took {seconds:F1} s with {figures.Leads} leads, under load; the longest steps: {phase.LongestSteps}.";
        return limit is null
            ? Verdict.Stated(id, title, seconds, "s", 1, evidence)
            : Verdict.Counted(id, title, seconds, limit, 1, evidence, "timed once");
    }

    private static Verdict Same(string id, string title, MigrationFigures figures)
    {
        string[] lost = [.. figures.Up.Lost, .. figures.Down.Lost];
        string[] found = [.. figures.SchemaDifferences, .. lost];
        return Verdict.Counted(
            id, title, found.Length, Limit.AtMost(0, "differences"), 1,
            $"Against sql/schema.sql and against the start, {figures.SchemaDifferences.Count} lines of the catalog differ (columns, "
                + "constraints, indexes, owners, grants, policies, routines, triggers, comments); "
                + $"{lost.Length} tables differ in the count and checksum of their rows{Named(lost)}.",
            "the whole catalog, and a checksum of every table").Qualified(found);
    }

    private static string Named(IReadOnlyList<string> found) => found.Count == 0 ? "" : $" ({string.Join("; ", found)})";
}
