using LoadHarness.Core.Verdicts;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace LoadHarness.Reporting.Files;

/// <summary>
/// <c>targets.png</c>: the scoreboard as a picture, for where a page cannot be shown: a pull request, a chat, a slide. Each judged target
/// with a limit above zero as a share of it on one logarithmic axis, with its 95% interval.
/// </summary>
internal static class TargetsImage
{
    private const int Width = 900;
    private const int RowHeight = 30;

    /// <summary>Shares beyond these are drawn at the edge.</summary>
    private const double Least = 0.01;
    private const double Most = 10;

    /// <summary>Whether a target has a figure and a limit to draw.</summary>
    public static bool Shows(Verdict verdict) => LimitShare.Of(verdict, verdict.Figure) is not null;

    public static byte[] Of(IReadOnlyList<Verdict> verdicts)
    {
        var drawn = verdicts.Where(Shows).OrderByDescending(verdict => LimitShare.Of(verdict, verdict.Figure))
            .ThenBy(verdict => verdict.Margin).ToList();
        using var plot = new Plot();
        plot.Axes.SetLimits(Math.Log10(Least) - 0.1, Math.Log10(Most) + 0.1, -drawn.Count + 0.4, 0.6);
        var names = new NumericManual();
        for (var row = 0; row < drawn.Count; row++)
        {
            names.AddMajor(-row, $"{drawn[row].Id} {CheckReport.Word(drawn[row].Kind)}, {VerdictWords.Figure(drawn[row])}");
            Mark(plot, drawn[row], -row);
        }
        plot.Axes.Left.TickGenerator = names;
        plot.Axes.Bottom.TickGenerator = new NumericManual([-2, -1, 0, 1], ["1/100", "1/10", "limit", "10 times"]);
        plot.Add.VerticalLine(0, 2, Color.FromHex("#b3261e"));
        plot.Title("Each target as a share of its limit: right of the line is outside", 14);
        return plot.GetImage(Width, (drawn.Count * RowHeight) + 80).GetImageBytes(ImageFormat.Png);
    }

    private static void Mark(Plot plot, Verdict verdict, double row)
    {
        if (verdict.KnownInterval is { } interval && LimitShare.Of(verdict, interval.Low) is { } low
            && LimitShare.Of(verdict, interval.High) is { } high)
            plot.Add.Line(Position(low), row, Position(high), row).LineWidth = 3;
        // Shape as well as colour: a diamond was not met.
        var met = verdict.Kind == VerdictKind.Met;
        plot.Add.Marker(Position(LimitShare.Of(verdict, verdict.Figure)!.Value), row,
            met ? MarkerShape.FilledCircle : MarkerShape.FilledDiamond, met ? 12 : 15, Color.FromHex(met ? "#1b6b42" : "#a3261d"));
    }

    private static double Position(double share) => Math.Log10(Math.Clamp(share, Least, Most));
}
