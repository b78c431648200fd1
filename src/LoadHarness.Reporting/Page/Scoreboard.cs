using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>All targets, worst first, each on one axis with the limit at one place; below each the way to its cause.</summary>
internal static class Scoreboard
{
    public static Section? Of(RunResult run, Trail trail)
    {
        if (run.Verdicts.Count == 0) return null;
        return new(
            "targets",
            "Targets",
            "Worst first; open a row for its cause. On the axis: dot, the figure as a share of its limit, outside to the right of the "
                + "line; whisker, its 95% interval; open dot, the baseline.",
            [Html.Of($"""
                <div class="scroll" role="region" tabindex="0" aria-label="Scoreboard">
                <table class="targets"><caption class="hidden">Scoreboard of all targets</caption>
                <thead><tr><th scope="col" class="what">Target<th scope="col" class="word">Verdict<th scope="col" class="n">Figure
                    <th scope="col" class="n range">95% interval<th scope="col" class="n limit">Limit<th scope="col" class="n count">n
                    <th scope="col" class="axis"><span class="hidden">Share of the limit</span>{Html.Trusted(BulletChart.Header())}</thead>
                {WorstFirst(run.Verdicts).Select(verdict => Row(run, trail, verdict))}</table>
                </div>
                """)]);
    }

    /// <summary>What is missed or undecided in the one order of the headline and summary.md; then the met ones, then the others.</summary>
    private static IEnumerable<Verdict> WorstFirst(IReadOnlyList<Verdict> verdicts) =>
    [
        .. RunScope.WorstFirst(verdicts),
        .. verdicts.Where(verdict => verdict.Kind is not (VerdictKind.Missed or VerdictKind.Inconclusive))
            .OrderBy(verdict => Rank(verdict.Kind)).ThenBy(verdict => verdict.Interval is null)
            .ThenBy(verdict => verdict.Margin ?? double.MaxValue),
    ];

    private static int Rank(VerdictKind kind) => kind switch
    {
        VerdictKind.Met => 0,
        VerdictKind.Unavailable => 2,
        _ => 1,
    };

    private static Html Row(RunResult run, Trail trail, Verdict verdict) => Html.Of($"""
        <tbody class="is-{CheckReport.Word(verdict.Kind)}">
        <tr><th scope="row"><span class="id">{verdict.Id}</span> {Plain.Cut(verdict.Title, 200)}{(verdict.Subject is { } subject
            ? Html.Of($"""<span class="subject"> {new Name(subject)}</span>""")
            : null)}
        <td data-label="Verdict">{Badge(verdict.Kind)}
        <td data-label="Figure" class="n figure-value">{VerdictWords.Figure(verdict)}
        <td data-label="95% interval" class="n">{Plain.Cut(VerdictWords.Interval(verdict), 160)}
        <td data-label="Limit" class="n">{Format.Limit(verdict)}
        <td data-label="n" class="n">{(verdict.Samples == 0 ? "–" : Format.Count(verdict.Samples))}
        <td data-label="Share of the limit" class="axis">{Bullet(run, verdict)}
        <tr class="remarks"><td colspan="7">{DrillDown.Of(run, trail, verdict)}
        </tbody>

        """);

    public static Html Badge(VerdictKind kind) => Html.Of(
        $"""
        <span class="badge is-{CheckReport.Word(kind)}">{HtmlComponents.Symbol(RunVerdict.SymbolOf(kind))}
            {Word(kind)}</span>
        """);

    /// <summary>For people: that a figure is unavailable says nothing of what was not measured.</summary>
    public static string Word(VerdictKind kind) => kind == VerdictKind.Unavailable ? "not judged" : CheckReport.Word(kind);

    private static Html Bullet(RunResult run, Verdict verdict)
    {
        var earlier = run.Baseline is { Differences.Count: 0 } baseline
            ? baseline.Figures.FirstOrDefault(figure => figure.IsOf(verdict))
            : null;
        return BulletChart.Of(verdict, earlier) is { } svg ? Html.Trusted(svg) : Html.Of($"–");
    }
}
