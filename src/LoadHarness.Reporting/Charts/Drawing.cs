using System.Text;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// One SVG that fits every width: positions across are shares of the width, heights and text are in pixels, so text is never scaled.
/// Lines and areas lie in an inner drawing of 1,000 units that stretches; labels lie above it and do not.
/// </summary>
internal sealed class Drawing(int height, Axis across, Axis up)
{
    private const int Top = 20;
    private const int Bottom = 24;
    private const int Units = 1_000;
    private const int LabelHeight = 14;

    /// <summary>A point without neighbours is no line: it is drawn as a dot this wide.</summary>
    private const int LonePoint = 6;
    private readonly StringBuilder _behind = new();
    private readonly StringBuilder _lines = new();
    private readonly StringBuilder _marks = new();
    private readonly StringBuilder _ticks = new();
    private readonly StringBuilder _labels = new();
    private bool _scaled;

    /// <summary>
    /// Lines at the labelled heights. Their labels lie above them at the left end; the style sheet moves them out to the left, where they
    /// cover nothing.
    /// </summary>
    public Drawing Grid(int about = 4)
    {
        var ticks = up.Ticks(about).ToList();
        _behind.Append(
            $"<path d=\"{string.Concat(ticks.Select(tick => $"M0 {Y(tick):0.#}H{Units}"))}\" "
                + $"vector-effect=\"non-scaling-stroke\" {Tone.Grid.Stroke(1)}/>");
        foreach (var tick in ticks)
            _labels.Append(
                $"<text class=\"height f-ink\" x=\"0\" y=\"{Y(tick) - 3:0.#}\" "
                    + $"fill=\"{Tone.Ink.Color}\">{Svg.Escaped(up.Label(tick))}</text>");
        _scaled = true;
        return this;
    }

    /// <summary>Few enough labels below that they stay apart on a telephone.</summary>
    public Drawing Ticks(int about = 5)
    {
        foreach (var tick in across.Ticks(about).Where(across.Holds))
        {
            var share = across.Share(tick);
            var anchor = share < 0.06 ? "start" : share > 0.94 ? "end" : "middle";
            _ticks.Append(
                $"<text class=\"tick f-ink\" x=\"{share * 100:0.##}%\" y=\"{height + 16}\" "
                    + $"text-anchor=\"{anchor}\">{Svg.Escaped(across.Label(tick))}</text>");
        }
        return this;
    }

    public Drawing Line(IEnumerable<(double X, double Y)> points, Tone tone, double width = 2)
    {
        var stretches = Stretches(points).ToList();
        Draw(string.Concat(stretches.Where(stretch => stretch.Count > 1).Select(Path)), "stroke-linejoin", tone, width);
        Draw(string.Concat(stretches.Where(stretch => stretch.Count == 1).Select(stretch => Path(stretch) + "h0")), "stroke-linecap",
            tone with { Dash = "" }, LonePoint);
        return this;

        void Draw(string path, string round, Tone tone, double width)
        {
            if (path.Length > 0)
                _lines.Append($"<path d=\"{path}\" vector-effect=\"non-scaling-stroke\" {round}=\"round\" {tone.Stroke(width)}/>");
        }
    }

    public Drawing Area(IEnumerable<(double X, double Y)> points, Tone tone)
    {
        var outline = points.ToList();
        if (outline.Count == 0) return this;
        var path = Path([(outline[0].X, up.From), .. outline, (outline[^1].X, up.From)]);
        _lines.Append($"<path d=\"{path}Z\" {tone.Fill(0.3)}/>");
        return Line(outline, tone with { Dash = "" }, 1.5);
    }

    /// <summary>What lies between two lines, behind them: the one forth, the other back.</summary>
    public Drawing Shade(IEnumerable<(double X, double Y)> outline, Tone tone, double opacity)
    {
        _behind.Append($"<path d=\"{Path(outline)}Z\" {tone.Fill(opacity)}/>");
        return this;
    }

    public Drawing Dot(double x, double y, Tone tone, bool hollow = false)
    {
        _marks.Append($"<circle cx=\"{Percent(x)}\" cy=\"{Y(y):0.#}\" r=\"4.5\" {(hollow ? tone.Stroke(2) : tone.Fill(0.75))}/>");
        return this;
    }

    /// <summary>A stretch of the axis across, behind everything: an interval, or a phase of the run.</summary>
    public Drawing Band(double from, double to, Tone tone, double opacity, bool hatched = false)
    {
        var (left, right) = (across.Share(from) * Units, across.Share(to) * Units);
        var fill = hatched ? "fill=\"url(#hatch)\"" : tone.Fill(opacity);
        _behind.Append($"<rect x=\"{left:0.#}\" y=\"0\" width=\"{Math.Max(1, right - left):0.#}\" height=\"{height}\" {fill}/>");
        return this;
    }

    /// <summary>A cell in units of both axes; cells of one shade are one path.</summary>
    public Drawing Cells(IEnumerable<(double Left, double Right, double Low, double High)> cells, Tone tone, double opacity)
    {
        var path = new StringBuilder();
        foreach (var cell in cells)
        {
            var (x, y) = (Math.Round(across.Share(cell.Left) * Units), Y(cell.High));
            var width = Math.Round(across.Share(cell.Right) * Units) - x;
            path.Append($"M{x} {y:0.#}h{width}v{Y(cell.Low) - y:0.#}h-{width}z");
        }
        if (path.Length > 0) _lines.Append($"<path d=\"{path}\" {tone.Fill(opacity)}/>");
        return this;
    }

    /// <summary>A line up at one value, with its words above the plot on the side that has room.</summary>
    public Drawing Upright(double x, string words, Tone tone, int row = 0)
    {
        _lines.Append($"<path d=\"M{across.Share(x) * Units:0.#} 0V{height}\" vector-effect=\"non-scaling-stroke\" {tone.Stroke(2)}/>");
        var anchor = across.Share(x) > 0.5 ? "end" : "start";
        Label(Percent(x), -6 + (row * LabelHeight * 1.25), words, anchor, tone, anchor == "end" ? -5 : 5);
        return this;
    }

    /// <summary>A line across, with its words above it: at the right end, or at the left where lines have their names there.</summary>
    public Drawing Level(double y, string words, Tone tone, bool left = false)
    {
        _lines.Append($"<path d=\"M0 {Y(y):0.#}H{Units}\" vector-effect=\"non-scaling-stroke\" {tone.Stroke(2)}/>");
        Label(left ? "0%" : "100%", Y(y) - 4, words, left ? "start" : "end", tone, left ? 4 : 0);
        return this;
    }

    /// <summary>The name of each line where it ends, moved apart where two end at one height.</summary>
    public Drawing EndLabels(IEnumerable<(string Name, double Y, Tone Tone)> ends)
    {
        var sorted = ends.OrderByDescending(end => end.Y).ToList();
        var heights = new double[sorted.Count];
        for (var i = 0; i < sorted.Count; i++)
            heights[i] = Math.Max(Y(sorted[i].Y) - 5, i == 0 ? double.NegativeInfinity : heights[i - 1] + LabelHeight);
        // Those that would lie below the plot push the others up.
        for (var (i, lowest) = (sorted.Count - 1, height - 2.0); i >= 0; lowest = heights[i] - LabelHeight, i--)
            heights[i] = Math.Min(heights[i], lowest);
        for (var i = 0; i < sorted.Count; i++) Label("100%", heights[i], sorted[i].Name, "end", sorted[i].Tone);
        return this;
    }

    public Drawing Words(double x, double y, string words, Tone tone)
    {
        Label(Percent(x), Y(y), words, across.Share(x) > 0.6 ? "end" : "start", tone, 6);
        return this;
    }

    /// <param name="clock">Charts of one clock share a cursor; null where the axis across is no time.</param>
    public string ToSvg(string description, string? clock = null) => $"""
        <svg class="drawing{(_scaled ? " scaled" : "")}" role="img" aria-label="{Svg.Escaped(description)}" width="100%"
        height="{Top + height + Bottom}"{(clock is null ? "" : Clock(clock))}><svg y="{Top}" width="100%" height="{height}"
        overflow="visible"><svg class="area" width="100%" height="{height}" viewBox="0 0 {Units} {height}"
        preserveAspectRatio="none">{_behind}{_lines}</svg><line x1="0" x2="100%" y1="{height}" y2="{height}"
        {Tone.Ink.Stroke(1)}/>{_marks}<g font-size="12" fill="{Tone.Ink.Color}">{_ticks}</g><g class="halo" font-size="12"
        paint-order="stroke" stroke="#ffffff" stroke-width="3">{_labels}</g></svg></svg>
        """;

    private string Clock(string clock) =>
        $" data-clock=\"{clock}\" data-from=\"{across.From:0.###}\" data-to=\"{across.To:0.###}\"";

    private double Y(double value) => height * (1 - up.Share(value));

    private string Percent(double x) => $"{across.Share(x) * 100:0.##}%";

    private void Label(string x, double y, string words, string anchor, Tone tone, double dx = 0) => _labels.Append(
        $"<text class=\"f-{tone.CssClass}\" x=\"{x}\"{(dx == 0 ? "" : $" dx=\"{dx:0.#}\"")} y=\"{y:0.#}\" text-anchor=\"{anchor}\" "
            + $"fill=\"{tone.Color}\">{Svg.Escaped(words)}</text>");

    /// <summary>What cannot be drawn parts a line in two.</summary>
    private static IEnumerable<IReadOnlyList<(double X, double Y)>> Stretches(IEnumerable<(double X, double Y)> points)
    {
        var open = new List<(double, double)>();
        foreach (var point in points)
        {
            if (Axis.Drawable(point.Y)) open.Add(point);
            else if (open.Count > 0)
            {
                yield return open;
                open = [];
            }
        }
        if (open.Count > 0) yield return open;
    }

    private string Path(IEnumerable<(double X, double Y)> points) =>
        string.Concat(points.Where(point => Axis.Drawable(point.Y)).Select(
            (point, index) => $"{(index == 0 ? 'M' : 'L')}{across.Share(point.X) * Units:0.#} {Y(point.Y):0.#}"));
}
