using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace LoadHarness.Reporting.Charts;

/// <summary>One or more figures over the seconds of a run, with a limit line where there is one.</summary>
internal static class TimelineChart
{
    private static readonly double[] RoundSteps = [1, 2, 5, 10];

    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.Dashed, LinePattern.Dotted];

    public static ChartDrawing Draw(string id, IReadOnlyList<Series> series, Func<double, string> label, double? limit = null, double? ceiling = null) =>
        Canvas.Draw(id, (plot, size) => Draw(plot, size, series, label, limit, ceiling), wideHeight: 210, narrowHeight: 190);

    private static void Draw(Plot plot, ChartSize size, IReadOnlyList<Series> series, Func<double, string> label, double? limit, double? ceiling)
    {
        foreach (var line in series.Reverse())
        {
            var scatter = plot.Add.ScatterLine(line.Points.Where(point => Drawable(point.Value)).Select(point => new Coordinates(point.Second, point.Value)).ToArray(), line.Color);
            scatter.LineWidth = line.Dashed ? 1.5f : 2;
            scatter.LinePattern = Pattern(series, line);
        }
        var points = series.SelectMany(line => line.Points).Where(point => Drawable(point.Value)).ToList();
        var highest = Math.Max(points.Count == 0 ? 0 : points.Max(point => point.Value), limit ?? 0);
        var top = ceiling ?? (highest <= 0 ? 1 : highest * 1.15);
        var seconds = Math.Max(1, points.Count == 0 ? 1 : points.Max(point => point.Second));
        plot.Axes.SetLimits(0, seconds, 0, top);
        plot.Axes.Left.TickGenerator = Ticks(top, 4, label);
        plot.Axes.Bottom.TickGenerator = Seconds(seconds, size);
        if (limit is { } height) AddLimit(plot, height);
    }

    /// <summary>Beyond a million billions nothing here is a measurement: an axis for it would have ticks without end.</summary>
    private static bool Drawable(double value) => Math.Abs(value) < 1e15;

    /// <summary>Each line of a chart has its own, so that they can be told apart without colour.</summary>
    private static LinePattern Pattern(IReadOnlyList<Series> series, Series line) =>
        line.Dashed ? LinePattern.DenselyDashed : Patterns[series.Where(other => !other.Dashed).ToList().IndexOf(line) % Patterns.Length];

    public static NumericManual Seconds(double last, ChartSize size) => Ticks(last, size.CssClass == ChartSize.Narrow.CssClass ? 3 : 6, Clock);

    private static void AddLimit(Plot plot, double height)
    {
        var line = plot.Add.HorizontalLine(height);
        line.Color = ChartColor.Limit;
        line.LineWidth = 2;
        line.LinePattern = LinePattern.Dashed;
    }

    /// <summary>Round steps from zero: 1, 2 or 5 times a power of ten, or whole minutes.</summary>
    private static NumericManual Ticks(double top, int about, Func<double, string> label)
    {
        var rough = top / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = label == Clock && rough > 30
            ? Math.Ceiling(rough / 60) * 60
            : power * RoundSteps.First(factor => factor * power >= rough * 0.9);
        var ticks = new NumericManual();
        for (var value = 0.0; value <= top * 1.0001; value += step) ticks.AddMajor(value, label(value));
        return ticks;
    }

    private static string Clock(double seconds) => seconds >= 120 && seconds % 60 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds:0.#} s");
}

internal sealed record Series(string Name, Color Color, IReadOnlyList<(double Second, double Value)> Points, bool Dashed = false);
