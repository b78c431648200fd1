using System.Globalization;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>This run's figures beside those of the run that it was given as a baseline.</summary>
internal static class BaselineSection
{
    public static Section? Of(RunResult run) => run.Baseline is not { } baseline
        ? null
        : new(
            "baseline",
            "Against the baseline",
            $"Run {baseline.RunId} of {baseline.StartedUtc.ToString("d MMM yyyy", CultureInfo.InvariantCulture)}, commit {baseline.Commit}. "
                + "The ratio is now over then. One run against one run shows no regression by itself: look at the intervals, and measure again.",
            [baseline.Differences.Count > 0 ? Misfit(baseline) : Figures(run, baseline)]);

    private static Html Misfit(Baseline baseline) => Html.Of($"""<p>The two runs cannot be compared:</p>{Part.Notes(baseline.Differences)}""");

    private static Html Figures(RunResult run, Baseline baseline)
    {
        var rows = from now in run.Verdicts
                   join then in baseline.Figures on now.Id equals then.TargetId
                   where now.Figure is not null && then.Unit == now.Unit
                   select Row(now, then);
        return Part.Table("Figures against the baseline", ["Target", "Then", "95% interval", "Now", "95% interval", "Ratio"], rows);
    }

    private static string[] Row(Verdict now, BaselineFigure then) =>
    [
        $"{now.Id} {now.Title}",
        Wording.Figure(then.Figure, then.Unit),
        Wording.Interval(then.Interval, then.Unit),
        Wording.Figure(now.Figure, now.Unit),
        Wording.Interval(now.Interval, now.Unit),
        then.Figure == 0 ? "–" : Wording.Figure(now.Figure / then.Figure, "x"),
    ];
}
