using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// A target's figure as a share of its limit, on one logarithmic axis for all targets: left of the line is inside, right of it outside. For
/// "at least" the share is turned over, so that right is worse for every target.
/// </summary>
internal static class BulletChart
{
    private static readonly LogAxis Axis = new(0.01, 10, Format.Percent);

    private const int Height = 26;

    /// <summary>The labels of the axis, drawn once above all rows.</summary>
    public static string Header() => Frame(
        "Share of the limit: a hundredth, a tenth, the limit, ten times", 16,
        string.Concat(new[] { (0.01, "1/100", "start"), (0.1, "1/10", "middle"), (1.0, "limit", "middle"), (10, "10×", "end") }.Select(
            tick => Svg.Text(
            $"<text x=\"{At(tick.Item1)}\" y=\"12\" text-anchor=\"{tick.Item3}\" font-size=\"11\" {(tick.Item1 == 1 ? Tone.Limit : Tone.Ink).Fill()}>{tick.Item2}</text>"))));

    /// <summary>Null where there is nothing to draw: no figure, or no limit other than zero.</summary>
    public static string? Of(Verdict verdict, BaselineFigure? earlier)
    {
        if (LimitShare.Of(verdict, verdict.Figure) is not { } figure) return null;
        var body = new StringBuilder();
        foreach (var tick in new[] { 0.01, 0.1, 10 }) body.Append(Line(tick, Tone.Grid, 1));
        body.Append(Line(1, Tone.Limit, 2));
        if (verdict.Interval is { } interval && LimitShare.Of(verdict, interval.Low) is { } low
            && LimitShare.Of(verdict, interval.High) is { } high)
        {
            body.Append(Svg.Text($"<line x1=\"{At(low)}\" x2=\"{At(high)}\" y1=\"13\" y2=\"13\" {Tone.Ink.Stroke(2)}/>"));
            foreach (var end in new[] { low, high })
                body.Append(Svg.Text($"<line x1=\"{At(end)}\" x2=\"{At(end)}\" y1=\"8\" y2=\"18\" {Tone.Ink.Stroke(2)}/>"));
        }
        if (earlier is not null && earlier.Unit == verdict.Unit && LimitShare.Of(verdict, earlier.Figure) is { } then)
            body.Append(Svg.Text($"<circle cx=\"{At(then)}\" cy=\"13\" r=\"5\" {Tone.Series(1).Stroke(2).Replace("stroke-dasharray=\"7 3\"", "", StringComparison.Ordinal)}/>"));
        body.Append(Svg.Text($"<circle cx=\"{At(figure)}\" cy=\"13\" r=\"5\" {Tone.Series(0).Fill()}/>"));
        return Frame($"{verdict.Id}: {Format.Percent(figure)} of its limit", Height, body.ToString());
    }

    /// <summary>A little room at both ends, so that no mark is cut.</summary>
    private static string At(double share) => Svg.Text($"{3 + (Axis.Share(share) * 94):0.##}%");

    private static string Line(double share, Tone tone, double width) =>
        Svg.Text($"<line x1=\"{At(share)}\" x2=\"{At(share)}\" y1=\"0\" y2=\"{Height}\" {(tone with { Dash = "" }).Stroke(width)}/>");

    private static string Frame(string description, int height, string body) =>
        Svg.Text($"""<svg class="bullet" role="img" aria-label="{Svg.Escaped(description)}" width="100%" height="{height}">{body}</svg>""");
}
