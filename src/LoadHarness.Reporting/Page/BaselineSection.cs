using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>This run's figures next to those of the run that it was given as a baseline.</summary>
internal static class BaselineSection
{
    public static Section? Of(RunResult run) => run.Baseline is not { } baseline
        ? null
        : new(
            "baseline",
            "Baseline",
            $"Run {baseline.RunId} of {baseline.StartedUtc:d MMM yyyy}, commit {baseline.Commit}. "
                + "Worse or better is said only where the two 95% intervals do not overlap. "
                + "One run against one run shows no regression by itself: machines vary. Measure again, or compare in turns.",
            [baseline.Differences.Count > 0 ? Misfit(baseline) : Figures(run, baseline)]);

    /// <summary>For the first screen.</summary>
    public static string Summary(RunResult run, Baseline baseline)
    {
        if (baseline.Differences.Count > 0)
            return $"not comparable: {Plain.Cut(baseline.Differences[0], 200)}"
                + (baseline.Differences.Count > 1 ? $", and {baseline.Differences.Count - 1} more differences" : "");
        var changes = Pairs(run, baseline).Select(pair => Change(pair.Now, pair.Then)).ToList();
        int Count(string word) => changes.Count(change => change == word);
        return $"{Count("worse")} worse, {Count("better")} better, {Count("no difference shown")} without a difference "
            + $"shown{(Count("no interval") > 0 ? $", {Count("no interval")} without intervals" : "")}.";
    }

    private static Html Misfit(Baseline baseline) =>
        Html.Of($"""<p>The two runs cannot be compared:</p>{HtmlComponents.Notes(baseline.Differences)}""");

    private static Html Figures(RunResult run, Baseline baseline)
    {
        var table = HtmlComponents.Table(
            "Figures against the baseline", ["Target", "Then", "95% interval", "Now", "95% interval, now", "Now over then", "Change"],
            Pairs(run, baseline).Select(pair => Row(pair.Now, pair.Then)), "sortable");
        var others = OthersOfTheSameId(run, baseline);
        return others.Count == 0 ? table : Html.Of($"{table}{HtmlComponents.Notes(others)}");
    }

    private static IEnumerable<(Verdict Now, BaselineFigure Then)> Pairs(RunResult run, Baseline baseline) =>
        from now in run.Verdicts
        join then in baseline.Figures on now.Id equals then.TargetId
        where now.Figure is not null && then.IsOf(now)
        select (now, then);

    // Without a word a target that the earlier run has too would just be missing from the table.
    private static IReadOnlyList<string> OthersOfTheSameId(RunResult run, Baseline baseline) =>
    [
        .. from now in run.Verdicts
           join then in baseline.Figures on now.Id equals then.TargetId
           where now.Figure is not null && !then.IsOf(now)
           select $"{now.Id} is not compared: in the earlier run it was another target, {Plain.Cut(Told(then), 200)}.",
    ];

    private static string Told(BaselineFigure then) =>
        then.Target is { } target ? $"{target.Title} ({target.Statistic ?? target.Unit})" : $"in {then.Unit}";

    private static IReadOnlyList<Cell> Row(Verdict now, BaselineFigure then) =>
    [
        Html.Of($"""<a href="#{Trail.Place(now)}">{now.Id}</a> {Plain.Cut(now.Title, 200)}"""),
        Format.Figure(then.Figure, then.Unit),
        Format.Interval(then.Interval, then.Unit),
        VerdictWords.Figure(now),
        Format.Interval(now.Interval, now.Unit, now.Limit),
        then.Figure == 0 ? "–" : Format.Figure(now.Figure / then.Figure, "x"),
        Change(now, then),
    ];

    private static string Change(Verdict now, BaselineFigure then)
    {
        if (now.Interval is not { } after || then.Interval is not { } before) return "no interval";
        if (after.Low <= before.High && before.Low <= after.High) return "no difference shown";
        return after.Low > before.High == (now.Direction == LimitDirection.AtMost) ? "worse" : "better";
    }
}
