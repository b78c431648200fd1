using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>Every target with its figure, then a chart for each one that was judged.</summary>
internal static class TargetSection
{
    public static Section? Of(RunResult run)
    {
        if (run.Verdicts.Count == 0) return null;
        var judged = run.Verdicts.Where(verdict => verdict.Kind != VerdictKind.Unavailable).ToList();
        var others = run.Verdicts.Except(judged).ToList();
        var charts = judged.Select(verdict => (verdict.Id, Figure: TargetFigure.Of(run, verdict))).Where(chart => chart.Figure is not null).ToList();
        var charted = charts.Select(chart => chart.Id).ToHashSet();

        var parts = new List<Html> { TargetTable.Of(judged, charted) };
        if (others.Count > 0)
        {
            parts.Add(Part.Folded(
                others.Count == 1 ? "1 target not judged in this run, and why" : $"{others.Count} targets not judged in this run, and why",
                Part.Table("Targets not judged", ["Target", "Title", "Limit", "Verdict", "Why"], others.Select(v => (IReadOnlyList<string>)[v.Id, v.Title, Wording.Limit(v), "○ unavailable", v.Evidence]))));
        }
        parts.Add(Part.Grid(charts.Select(chart => chart.Figure!)));
        return new(
            "targets",
            "Targets",
            "A target is met when its measured figure, with its whole 95% confidence interval, lies inside the limit; missed when all of it lies outside; inconclusive in between, or with too few samples.",
            parts);
    }
}
