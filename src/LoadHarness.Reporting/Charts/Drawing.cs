using System.Text;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// One SVG that fits every width: positions across are shares of the width, heights and text are in pixels, so text is never scaled.
/// Lines and areas lie in an inner drawing of 1,000 units that stretches; labels lie above it and do not.
/// </summary>
internal sealed class Drawing(int height, Axis across, Axis up)
{
    /// <summary>Above the plot: half a line of the highest label, or the rows of words.</summary>
    private const int LeastTop = 20;
    private const int Bottom = 24;
    private const int Units = 1_000;
    private const int LabelHeight = 14;
    private readonly LineNames _names = new(height);

    /// <summary>A point without neighbours is no line: it is drawn as a dot this wide.</summary>
    private const int LonePoint = 6;
    private readonly StringBuilder _behind = new();
    private readonly StringBuilder _lines = new();
    private readonly StringBuilder _marks = new();
    private readonly StringBuilder _ticks = new();
    private readonly StringBuilder _labels = new();
    private bool _scaled;
    private int _rows = 1;

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

    private int Top => LeastTop + ((_rows - 1) * LabelHeight);

    /// <summary>A line up at one value, with its words above the plot on the side that has room.</summary>
    /// <param name="row">From the plot upwards: lines that may lie close together have different ones.</param>
    public Drawing Upright(double x, string words, Tone tone, int row = 0)
    {
        _lines.Append($"<path d=\"M{across.Share(x) * Units:0.#} 0V{height}\" vector-effect=\"non-scaling-stroke\" {tone.Stroke(2)}/>");
        var anchor = across.Share(x) > 0.5 ? "end" : "start";
        Label(Percent(x), -6 - (row * LabelHeight), words, anchor, tone, anchor == "end" ? -5 : 5);
        _rows = Math.Max(_rows, row + 1);
        return this;
    }

    /// <summary>A line across, with its words to the right of the plot.</summary>
    public Drawing Level(double y, string words, Tone tone)
    {
        _lines.Append($"<path d=\"M0 {Y(y):0.#}H{Units}\" vector-effect=\"non-scaling-stroke\" {tone.Stroke(2)}/>");
        _names.Add(words, Y(y), tone, isLimit: true);
        return this;
    }

    /// <summary>The name of a line to the right of the plot, where the line ends.</summary>
    public Drawing Named(string name, double y, Tone tone)
    {
        _names.Add(name, Y(y), tone, isLimit: false);
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
        height="{Top + height + Bottom}"{RoomForNames}{(clock is null ? "" : Clock(clock))}><svg y="{Top}" width="100%" height="{height}"
        overflow="visible"><svg class="area" width="100%" height="{height}" viewBox="0 0 {Units} {height}"
        preserveAspectRatio="none">{_behind}{_lines}</svg><line x1="0" x2="100%" y1="{height}" y2="{height}"
        {Tone.Ink.Stroke(1)}/>{_marks}<g font-size="12" fill="{Tone.Ink.Color}">{_ticks}</g><g class="halo" font-size="12"
        paint-order="stroke" stroke="#ffffff" stroke-width="3">{_labels}{_names.ToSvg()}</g></svg></svg>
        """;

    private string RoomForNames => _names.Room == 0 ? "" : $" style=\"--names: {_names.Room}px\"";

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
