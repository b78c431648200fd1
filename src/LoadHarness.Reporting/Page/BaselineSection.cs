using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>This run's figures next to those of the run that it was given as a baseline.</summary>
internal static class BaselineSection
{
    private const string Worse = "worse";
    private const string Better = "better";
    private const string NoDifference = "no difference shown";
    private const string NotCompared = "not compared";
    private const string NoInterval = "no interval";

    public static Section? Of(RunResult run) => run.Baseline is not { } baseline
        ? null
        : new(
            "baseline",
            "Baseline",
            $"Run {baseline.RunId} of {baseline.StartedUtc:d MMM yyyy}, commit {baseline.Commit}. "
                + "Worse or better is said only where the whole 95% interval of the quotient lies on one side of 1; it holds that two "
                + $"runs of the same code differ by up to {Format.Significant(RunSpread.OfSame)} times. "
                + "Of percent saved, what is left is compared. "
                + "One run against one run shows no regression by itself: machines vary. Measure again, or compare in turns.",
            [baseline.Differences.Count > 0 ? Misfit(baseline) : Figures(run, baseline)]);

    /// <summary>For the first screen.</summary>
    public static string Summary(RunResult run, Baseline baseline)
    {
        if (baseline.Differences.Count > 0)
            return $"not comparable: {Plain.Cut(baseline.Differences[0], 200)}"
                + (baseline.Differences.Count > 1 ? $", and {baseline.Differences.Count - 1} more differences" : "");
        var words = Pairs(run, baseline).Select(pair => Word(pair.Change)).ToList();
        int Count(string word) => words.Count(other => other == word);
        return $"{Count(Worse)} worse, {Count(Better)} better, {Count(NoDifference)} without a difference shown"
            + $"{(Count(NotCompared) > 0 ? $", {Count(NotCompared)} not compared" : "")}"
            + $"{(Count(NoInterval) > 0 ? $", {Count(NoInterval)} without intervals" : "")}.";
    }

    private static Html Misfit(Baseline baseline) =>
        Html.Of($"""<p>The two runs cannot be compared:</p>{HtmlComponents.Notes(baseline.Differences)}""");

    private static Html Figures(RunResult run, Baseline baseline)
    {
        var table = HtmlComponents.Table(
            "Figures against the baseline", ["Target", "Then", "95% interval", "Now", "95% interval, now", "Now over then", "Change"],
            Pairs(run, baseline).Select(pair => Row(pair.Now, pair.Then, pair.Change)), "sortable");
        var others = OthersOfTheSameId(run, baseline);
        return others.Count == 0 ? table : Html.Of($"{table}{HtmlComponents.Notes(others)}");
    }

    // One of which all requests failed has no figure, and is worse all the same.
    private static IEnumerable<(Verdict Now, BaselineFigure Then, RunChange Change)> Pairs(RunResult run, Baseline baseline) =>
        from now in run.Verdicts
        join then in baseline.Figures on now.Id equals then.TargetId
        where (now.Figure is not null || now.ByCause) && then.IsOf(now)
        select (now, then, TargetChanges.Of(then, now, run));

    // Without a word a target that the earlier run has too would just be missing from the table.
    private static IReadOnlyList<string> OthersOfTheSameId(RunResult run, Baseline baseline) =>
    [
        .. from now in run.Verdicts
           join then in baseline.Figures on now.Id equals then.TargetId
           where (now.Figure is not null || now.ByCause) && !then.IsOf(now)
           select $"{now.Id} is not compared: in the earlier run it was another target, {Plain.Cut(Told(then), 200)}.",
    ];

    private static string Told(BaselineFigure then) =>
        then.Target is { } target ? $"{target.Title} ({target.Statistic ?? target.Unit})" : $"in {then.Unit}";

    private static IReadOnlyList<Cell> Row(Verdict now, BaselineFigure then, RunChange change) =>
    [
        Html.Of($"""<a href="#{Trail.Place(now)}">{now.Id}</a> {Plain.Cut(now.Title, 200)}"""),
        VerdictWords.Figure(then.Figure, then.Unit, null, then.Known),
        VerdictWords.Interval(then.Interval, then.Unit, null, then.Known),
        VerdictWords.Figure(now),
        VerdictWords.Interval(now.Interval, now.Unit, now.Limit, now.Known),
        Format.Figure(change.Ratio, "x") + (change is { IsOfRest: true, Ratio: not null } ? " of what is left" : ""),
        Word(change) + Behind(change),
    ];

    private static string Behind(RunChange change) => change switch
    {
        { Incomparable: { } cause } => $": {cause.Causes("the earlier run", "this one")}",
        { Levels: { } levels } => $": {levels}",
        _ => "",
    };

    // The same words as of runs side by side: what they call no difference is none here.
    private static string Word(RunChange change) => change switch
    {
        { IsWorse: true } => Worse,
        { IsBetter: true } => Better,
        { Incomparable: not null } => NotCompared,
        { Interval: not null } => NoDifference,
        _ => NoInterval,
    };
}
