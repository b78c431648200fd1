using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page.SideBySide;

/// <summary>Every target with its figure and verdict in each run.</summary>
internal static class TargetColumns
{
    public static Section? Of(IReadOnlyList<RunResult> runs, IReadOnlyList<ComparedPair> pairs)
    {
        var ids = runs.SelectMany(run => run.Verdicts).Where(verdict => verdict.IsJudged).Select(verdict => verdict.Id).Distinct().ToList();
        return ids.Count == 0
            ? null
            : new(
                "targets", "Targets",
                "Each run's figure with its 95% interval and its verdict, and its limit where the runs were judged by different ones; then "
                    + "what the runs show against A.",
                [HtmlComponents.Table(
                    "Targets of all runs",
                    ["Target", "Limit", .. RunLetters.Headers(runs), .. pairs.Select(pair => $"{pair.B} against A")],
                    ids.Select(id => Row(id, runs, pairs)), "sortable")]);
    }

    private static IReadOnlyList<Cell> Row(string id, IReadOnlyList<RunResult> runs, IReadOnlyList<ComparedPair> pairs)
    {
        var verdicts = runs.Select(run => run.Verdicts.FirstOrDefault(verdict => verdict.Id == id)).ToList();
        var first = verdicts.OfType<Verdict>().First();
        // A limit is cut to what the requests of a run handled, and each run may have targets of its own.
        List<string> limits =
            [.. verdicts.OfType<Verdict>().Where(verdict => verdict.Limit is not null).Select(verdict => Format.Limit(verdict)).Distinct()];
        var isOne = limits.Count <= 1;
        return
        [
            Html.Of($"""<span class="id">{id}</span> {Plain.Cut(first.Title, 200)}"""),
            isOne ? limits.FirstOrDefault("–") : "differs",
            .. verdicts.Select(verdict => (Cell)Figure(verdict, withLimit: !isOne)),
            .. pairs.Zip(verdicts.Skip(1), (pair, verdict) => (Cell)Html.Of($"{Change(pair, verdicts[0], verdict)}")),
        ];
    }

    private static Html Figure(Verdict? verdict, bool withLimit) => verdict is null
        ? Html.Of($"–")
        : Html.Of(
            $"""
            {Scoreboard.Badge(verdict.Kind)}
                {VerdictWords.Figure(verdict)}{(VerdictWords.Beside(verdict) is { } interval ? Html.Of($" ({interval})") : null)}{(
                    withLimit && verdict.Limit is not null ? $", {Format.Limit(verdict)}" : "")}
            """);

    private static string Change(ComparedPair pair, Verdict? a, Verdict? b) =>
        a is null || b is null ? "–"
        : pair.Comparison.Targets.FirstOrDefault(change => change.Name == b.Id) is { } change ? pair.Words(change)
        : a.Figure is not null && b.Figure is not null ? $"another target: {Plain.Cut(b.Title, 200)}"
        : "–";
}
