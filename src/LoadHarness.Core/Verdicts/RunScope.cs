using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Verdicts;

/// <summary>How much of what is claimed a run has judged.</summary>
public static class RunScope
{
    /// <summary>Every target judged, none below the scale that it is claimed for.</summary>
    public static bool IsWhole(RunResult run) => run.Verdicts.Count > 0 && Unjudged(run).Count == 0 && Scale(run) is null;

    public static IReadOnlyList<string> Unjudged(RunResult run) =>
        [.. run.Verdicts.Where(verdict => !verdict.IsJudged).Select(verdict => verdict.Id)];

    /// <summary>What the exit code is by: every target, and the rows of the checklist that were required by name.</summary>
    public static IReadOnlyList<Verdict> Deciding(RunResult run) =>
    [
        .. run.Verdicts,
        // The checklist repeats the targets.
        .. run.Checklist.Where(row => run.Required.Contains(row.Id) && run.Verdicts.All(target => target.Id != row.Id)),
    ];

    /// <summary>What was required and not judged: also an id that neither the targets nor the checklist have.</summary>
    public static IReadOnlyList<string> RequiredOpen(RunResult run) => ExitCodes.NotJudged(Deciding(run), run.Required);

    /// <summary>"10 of 25 targets judged, all met, at 1/10 of the claimed scale".</summary>
    public static string Words(RunResult run)
    {
        var judged = run.Verdicts.Count(verdict => verdict.IsJudged);
        if (judged == 0)
            return run.Verdicts.Count == 0 ? "No target was judged" : $"None of {Format.Counted(run.Verdicts.Count, "target")} judged";
        var count = judged == run.Verdicts.Count
            ? $"All {Format.Counted(judged, "target")} judged"
            : $"{judged} of {Format.Counted(run.Verdicts.Count, "target")} judged";
        var scale = Scale(run) is { } share ? $", at {share} of the claimed scale" : "";
        return $"{count}, {Kinds(run)}{scale}";
    }

    /// <summary>
    /// Missed and undecided ones: those missed for a cause first, then by how far they are off. What is as good as others comes after them.
    /// </summary>
    public static IEnumerable<Verdict> WorstFirst(IEnumerable<Verdict> verdicts) => verdicts
        .Where(verdict => verdict.Kind is VerdictKind.Missed or VerdictKind.Inconclusive)
        .OrderBy(verdict => VerdictKinds.Severity(verdict.Kind))
        .ThenBy(verdict => verdict.OfOthers)
        .ThenByDescending(verdict => verdict.ByCause)
        .ThenBy(verdict => verdict.Margin ?? double.NegativeInfinity);

    /// <summary>
    /// Of the met ones; a figure without an interval, such as the number of users, is what the run was asked for: it lies at its limit by
    /// intention.
    /// </summary>
    public static Verdict? Closest(RunResult run) => run.Verdicts
        .Where(verdict => verdict is { Kind: VerdictKind.Met, Interval: not null })
        .MinBy(verdict => verdict.Margin ?? double.MaxValue);

    private static string Kinds(RunResult run)
    {
        var judged = run.Verdicts.Where(verdict => verdict.IsJudged).ToList();
        return judged.All(verdict => verdict.Kind == VerdictKind.Met) ? "all met" : CheckReport.Tally(judged);
    }

    /// <summary>
    /// Leads of the run, in its largest workspace, over those of the largest claim among the judged targets; null at the full scale.
    /// </summary>
    private static string? Scale(RunResult run)
    {
        if ((run.Seed?.LeadsOfLargest() ?? run.Contacts) is not { } contacts || contacts <= 0) return null;
        var claimed = run.Verdicts.Where(verdict => verdict.IsJudged).Select(verdict => verdict.ClaimedAtContacts).DefaultIfEmpty(0).Max();
        if (contacts >= claimed) return null;
        return claimed % contacts == 0 ? $"1/{Format.Count(claimed / contacts)}" : Format.Percent((double)contacts / claimed);
    }
}
