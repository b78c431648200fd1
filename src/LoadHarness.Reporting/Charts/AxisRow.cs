using System.Text;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// One figure of a table's row on an axis that all rows share: a line at one place, a dot, and a whisker for the interval.
/// </summary>
internal sealed class AxisRow(LogAxis axis, IReadOnlyList<(double At, string Label)> ticks)
{
    private const int Height = 26;
    private readonly StringBuilder _body = new();

    /// <summary>The labels of the axis, drawn once above all rows.</summary>
    /// <param name="line">The tick that decides.</param>
    public string Header(double line, string description) => Frame(description, 16, string.Concat(ticks.Select((tick, index) =>
    {
        var anchor = index == 0 ? "start" : index == ticks.Count - 1 ? "end" : "middle";
        var tone = tick.At == line ? Tone.Limit : Tone.Ink;
        return $"<text x=\"{At(tick.At)}\" y=\"12\" text-anchor=\"{anchor}\" font-size=\"11\" {tone.Fill()}>{tick.Label}</text>";
    })));

    public AxisRow Line(double line)
    {
        foreach (var tick in ticks) _body.Append(Line(tick.At, tick.At == line ? Tone.Limit : Tone.Grid, tick.At == line ? 2 : 1));
        return this;
    }

    public AxisRow Whisker(double low, double high)
    {
        _body.Append($"<line x1=\"{At(low)}\" x2=\"{At(high)}\" y1=\"13\" y2=\"13\" {Tone.Ink.Stroke(2)}/>");
        foreach (var end in new[] { low, high })
            _body.Append($"<line x1=\"{At(end)}\" x2=\"{At(end)}\" y1=\"8\" y2=\"18\" {Tone.Ink.Stroke(2)}/>");
        return this;
    }

    public AxisRow Dot(double figure)
    {
        _body.Append($"<circle cx=\"{At(figure)}\" cy=\"13\" r=\"5\" {Tone.Series(0).Fill()}/>");
        return this;
    }

    /// <summary>A figure of an earlier run.</summary>
    public AxisRow OpenDot(double figure)
    {
        _body.Append($"<circle cx=\"{At(figure)}\" cy=\"13\" r=\"5\" {(Tone.Series(1) with { Dash = "" }).Stroke(2)}/>");
        return this;
    }

    public string ToSvg(string description) => Frame(description, Height, _body.ToString());

    /// <summary>A little room at both ends, so that no mark is cut.</summary>
    private string At(double share) => $"{3 + (axis.Share(share) * 94):0.##}%";

    private string Line(double share, Tone tone, double width) =>
        $"<line x1=\"{At(share)}\" x2=\"{At(share)}\" y1=\"0\" y2=\"{Height}\" {(tone with { Dash = "" }).Stroke(width)}/>";

    private static string Frame(string description, int height, string body) =>
        $"""<svg class="bullet" role="img" aria-label="{Svg.Escaped(description)}" width="100%" height="{height}">{body}</svg>""";
}
