using LoadHarness.Core.Measurement;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace LoadHarness.Reporting.Charts;

/// <summary>Response time by percentile, each step to the right a tenfold rarer request.</summary>
internal static class SpectrumChart
{
    private static readonly double[] Percentiles = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999];

    public static Figure Of(string id, ScenarioResult scenario)
    {
        var slowestFirst = scenario.Operations.Where(operation => operation.Response.Count > 0)
            .OrderByDescending(operation => operation.Response.P95)
            .Select(operation => (operation.Name, Histogram: LatencyHistogram.Decode(operation.Response.Encoded)))
            .ToList();
        var named = slowestFirst.Take(ChartColor.SeriesCount).ToList();
        var others = slowestFirst.Count - named.Count;
        List<LegendEntry> legend = [.. named.Select((operation, index) => new LegendEntry($"series-{index + 1}", operation.Name))];
        if (others > 0) legend.Add(new("muted", others == 1 ? "1 faster operation" : $"{others} faster operations"));

        return new(
            id,
            "Percentiles of response time",
            "Across: of so many requests, the share that was at least as fast. Up: response time (logarithmic scale). The slowest operations have colours.",
            $"Slowest operation by p95 first. {string.Join(" ", slowestFirst.Select(o => $"{o.Name}: p50 {Wording.Duration(o.Histogram.Percentile(50))}, p95 {Wording.Duration(o.Histogram.Percentile(95))}, p99 {Wording.Duration(o.Histogram.Percentile(99))}."))}",
            Canvas.Draw(id, (plot, size) => Draw(plot, [.. slowestFirst.Select(operation => operation.Histogram)])),
            legend,
            Table(slowestFirst));
    }

    private static void Draw(Plot plot, IReadOnlyList<LatencyHistogram> slowestFirst)
    {
        // Rare percentiles need samples: beyond one in Count there is nothing to see.
        var furthest = Math.Max(1, slowestFirst.Max(histogram => Math.Log10(histogram.Count)));
        for (var index = slowestFirst.Count - 1; index >= 0; index--)
        {
            var points = Percentiles.Where(p => Rarity(p) <= Math.Log10(slowestFirst[index].Count))
                .Select(p => new Coordinates(Rarity(p), LogAxis.Position(slowestFirst[index].Percentile(p))))
                .Append(new(Math.Log10(slowestFirst[index].Count), LogAxis.Position(slowestFirst[index].Maximum)))
                .ToArray();
            var line = plot.Add.ScatterLine(points, index < ChartColor.SeriesCount ? ChartColor.Series(index) : ChartColor.Muted);
            line.LineWidth = index < ChartColor.SeriesCount ? 2 : 1;
        }
        var low = slowestFirst.Min(histogram => LogAxis.Position(histogram.Minimum)) - 0.1;
        var high = slowestFirst.Max(histogram => LogAxis.Position(histogram.Maximum)) + 0.1;
        plot.Axes.SetLimits(0, furthest, low, high);
        plot.Axes.Left.TickGenerator = LogAxis.Ticks(low, high);
        plot.Axes.Bottom.TickGenerator = RarityTicks(furthest);
        plot.Grid.XAxisStyle.IsVisible = true;
    }

    private static double Rarity(double percentile) => -Math.Log10(1 - (percentile / 100));

    private static NumericManual RarityTicks(double furthest)
    {
        var ticks = new NumericManual();
        foreach (var (percentile, label) in new[] { (50.0, "p50"), (90, "p90"), (99, "p99"), (99.9, "p99.9"), (99.99, "p99.99"), (99.999, "p99.999") })
        {
            if (Rarity(percentile) <= furthest) ticks.AddMajor(Rarity(percentile), label);
        }
        return ticks;
    }

    private static FigureTable Table(IReadOnlyList<(string Name, LatencyHistogram Histogram)> operations) => new(
        ["Operation", "Samples", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99", "longest"],
        [.. operations.Select(operation => (IReadOnlyList<string>)
        [
            operation.Name,
            Wording.Count(operation.Histogram.Count),
            .. new[] { 50, 75, 90, 95, 99, 99.9, 99.99, 100 }.Select(p => Wording.Duration(operation.Histogram.Percentile(p))),
        ])]);
}
