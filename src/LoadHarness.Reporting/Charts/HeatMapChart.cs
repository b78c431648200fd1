using LoadHarness.Core.Measurement;
using ScottPlot;

namespace LoadHarness.Reporting.Charts;

/// <summary>Where response times lay, second by second: a stall shows as a slanting streak that percentiles would hide.</summary>
internal static class HeatMapChart
{
    private const int MostColumns = 120;
    private const int RowsPerDecade = 10;

    public static Figure? Of(string id, ScenarioResult scenario)
    {
        var columns = Downsampling.Groups(scenario.Timeline, sample => sample.Second, MostColumns)
            .Select(group => new Column(group.FromSecond, group.Seconds, Merge(group.Members)))
            .Where(column => column.Histogram.Count > 0)
            .ToList();
        if (columns.Count == 0) return null;

        var slowest = columns.MaxBy(column => column.Histogram.Percentile(99))!;
        return new(
            id,
            "Response times over time",
            $"The fuller the colour of a cell, the more requests it holds (logarithmic). Across: time. Up: response time (logarithmic scale). One column is {Wording.Duration(TimeSpan.FromSeconds(columns[0].Seconds))}.",
            $"{columns.Count} columns of {columns[0].Seconds} s. The slowest begins at second {slowest.From}: p99 {Wording.Duration(slowest.Histogram.Percentile(99))}. Median over the columns: p50 {Wording.Duration(Median(columns, 50))}, p99 {Wording.Duration(Median(columns, 99))}.",
            Canvas.Draw(id, (plot, size) => Draw(plot, size, columns)),
            [],
            Table(columns));
    }

    private static LatencyHistogram Merge(IReadOnlyList<SecondSample> seconds)
    {
        var merged = new LatencyHistogram();
        foreach (var second in seconds.Where(second => second.Buckets is not null)) merged.Add(LatencyHistogram.Decode(second.Buckets!));
        return merged;
    }

    private static void Draw(Plot plot, ChartSize size, IReadOnlyList<Column> columns)
    {
        var low = columns.Min(column => Row(column.Histogram.Minimum));
        var high = columns.Max(column => Row(column.Histogram.Maximum));
        var width = columns[0].Seconds;
        // ScottPlot measures a cell by the distance to its neighbour, so there have to be two each way.
        high = Math.Max(high, low + 1);
        var cells = new double[high - low + 1, Math.Max(2, columns.Max(column => column.From / width) + 1)];
        foreach (var column in columns)
        {
            foreach (var (duration, count) in Recorded.In(column.Histogram)) cells[high - Row(duration), column.From / width] += count;
        }
        var most = cells.Cast<double>().Max();
        for (var row = 0; row < cells.GetLength(0); row++)
        {
            for (var column = 0; column < cells.GetLength(1); column++) cells[row, column] = cells[row, column] == 0 ? double.NaN : Math.Log(1 + cells[row, column]) / Math.Log(1 + most);
        }

        var map = plot.Add.Heatmap(cells);
        map.Colormap = new InkColormap();
        map.NaNCellColor = Colors.Transparent;
        map.ManualRange = new(0, 1);
        var (bottom, top) = ((double)low / RowsPerDecade, (high + 1.0) / RowsPerDecade);
        // ScottPlot's extent reaches from the first cell's centre to the last one's.
        map.Extent = new CoordinateRect(width / 2.0, (cells.GetLength(1) - 0.5) * width, bottom + (0.5 / RowsPerDecade), top - (0.5 / RowsPerDecade));
        plot.Axes.SetLimits(0, cells.GetLength(1) * width, bottom, top);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(bottom, top);
        plot.Axes.Bottom.TickGenerator = TimelineChart.Seconds(cells.GetLength(1) * width, size);
    }

    private static int Row(TimeSpan duration) => (int)Math.Floor(LogAxis.Position(duration) * RowsPerDecade);

    private static TimeSpan Median(IReadOnlyList<Column> columns, double percentile) =>
        columns.Select(column => column.Histogram.Percentile(percentile)).Order().ElementAt(columns.Count / 2);

    private static FigureTable Table(IReadOnlyList<Column> columns) => new(
        ["From second", "Requests", "p50", "p95", "p99", "longest"],
        [.. columns.Select(column => (IReadOnlyList<string>)
        [
            Wording.Count(column.From),
            Wording.Count(column.Histogram.Count),
            .. new[] { 50.0, 95, 99, 100 }.Select(p => Wording.Duration(column.Histogram.Percentile(p))),
        ])]);

    private sealed record Column(int From, int Seconds, LatencyHistogram Histogram);

    /// <summary>One hue of growing opacity: it reads on a light and on a dark page, and printed without colour.</summary>
    private sealed class InkColormap : IColormap
    {
        public string Name => "Ink";

        public Color GetColor(double position) => Color.FromHex("#2f6fb3").WithAlpha(0.15 + (0.85 * Math.Clamp(position, 0, 1)));
    }
}
