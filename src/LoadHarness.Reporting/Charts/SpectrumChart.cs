using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>Response time by percentile, each step to the right a tenfold rarer request.</summary>
internal static class SpectrumChart
{
    private static readonly double[] Drawn = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.995, 99.999];

    private static readonly (double Percentile, string Label)[] Labelled =
        [(50, "p50"), (90, "p90"), (99, "p99"), (99.9, "p99.9"), (99.99, "p99.99"), (99.999, "p99.999")];

    /// <summary>Below so many samples the single times are drawn, and no line through them.</summary>
    private const int FewSamples = 30;

    public static Chart? Of(string id, ScenarioResult scenario, TimeSpan? limit)
    {
        var slowestFirst = scenario.Operations.Where(operation => operation.Response.Count > 0)
            .OrderByDescending(operation => Percentiles.Slowness(operation.Response))
            .Select(operation => (operation.Name, Histogram: LatencyHistogram.Decode(operation.Response.Encoded)))
            .ToList();
        if (slowestFirst.Count == 0 || slowestFirst.All(operation => operation.Histogram.Count == 0)) return null;
        var muted = slowestFirst.Count - Tone.SeriesCount;
        List<LegendEntry> legend = [.. slowestFirst.Take(Tone.SeriesCount)
            .Select((operation, index) => new LegendEntry(
                Tone.Series(index), operation.Name, operation.Histogram.Count < FewSamples ? Mark.Dot : Mark.Line))];
        if (muted > 0) legend.Add(new(Tone.Muted, muted == 1 ? "1 faster operation" : $"{muted} faster operations"));
        if (limit is not null) legend.Add(new(Tone.Limit, "limit"));

        return new(
            id,
            "Percentiles of response time",
            "Across: the share of requests that were at least as fast; each tick is ten times rarer.",
            Description(slowestFirst),
            Draw(slowestFirst, limit, $"Percentiles of the response times of {scenario.Name}."),
            legend,
            Table(slowestFirst));
    }

    /// <summary>The slowest and the fastest: the table has the others.</summary>
    private static string Description(List<(string Name, LatencyHistogram Histogram)> slowestFirst) => slowestFirst switch
    {
        [var one] => $"{one.Name}: {Told(one.Histogram)}.",
        [var slowest, .., var fastest] =>
            $"Slowest{(slowestFirst.All(operation => Percentiles.Reach(operation.Histogram.Count, 95)) ? " by p95" : "")}, "
                + $"{slowest.Name}: {Told(slowest.Histogram)}. Fastest, {fastest.Name}: {Told(fastest.Histogram)}.",
        _ => "",
    };

    private static string Told(LatencyHistogram histogram) => Percentiles.Reach(histogram.Count, 95)
        ? $"p50 {Format.Duration(histogram.Percentile(50))}, p95 {Format.Duration(histogram.Percentile(95))}, "
            + $"p99 {Percentiles.Words(histogram, 99)}"
        : $"{Format.Count(histogram.Count)} from {Format.Duration(histogram.Minimum)} to {Format.Duration(histogram.Maximum)}, "
            + $"mean {Format.Duration(histogram.Mean)}";

    private static string Draw(List<(string Name, LatencyHistogram Histogram)> slowestFirst, TimeSpan? limit, string description)
    {
        // Rare percentiles need samples: beyond one in Count there is nothing to see.
        var furthest = Math.Max(1.05, slowestFirst.Max(operation => Math.Log10(Math.Max(1, operation.Histogram.Count))));
        var times = slowestFirst.Where(o => o.Histogram.Count > 0)
            .SelectMany(o => new[] { o.Histogram.Minimum.TotalMilliseconds, o.Histogram.Maximum.TotalMilliseconds });
        var drawing = new Drawing(190, new RarityAxis(furthest),
            LogAxis.OfMilliseconds(limit is { } shown ? times.Append(shown.TotalMilliseconds) : times)).Grid(5).Ticks(6);
        for (var index = slowestFirst.Count - 1; index >= 0; index--)
        {
            var points = Points(slowestFirst[index].Histogram).ToList();
            if (slowestFirst[index].Histogram.Count < FewSamples) foreach (var (x, y) in points) drawing.Dot(x, y, Tone.Series(index));
            else drawing.Line(points, Tone.Series(index), index < Tone.SeriesCount ? 2 : 1.2);
            if (slowestFirst.Count > 1 && index < Tone.SeriesCount && points.Count > 0)
                drawing.Named(slowestFirst[index].Name, points[^1].Y, Tone.Series(index));
        }
        if (limit is { } line) drawing.Level(line.TotalMilliseconds, $"limit {Format.Limit(line)}", Tone.Limit);
        return drawing.ToSvg(description);
    }

    private static IEnumerable<(double X, double Y)> Points(LatencyHistogram histogram)
    {
        if (histogram.Count == 0) return [];
        if (histogram.Count < FewSamples)
        {
            var rank = 0;
            return Recorded.In(histogram).SelectMany(
                recorded => Enumerable.Repeat(recorded.Duration.TotalMilliseconds, (int)recorded.Count))
                .Select(milliseconds => (-Math.Log10(1 - (rank++ / (double)histogram.Count)), milliseconds)).ToList();
        }
        return Drawn.Where(p => Rarity(p) <= Math.Log10(histogram.Count))
            .Select(p => (Rarity(p), histogram.Percentile(p).TotalMilliseconds))
            .Append((Math.Log10(histogram.Count), histogram.Maximum.TotalMilliseconds));
    }

    private static double Rarity(double percentile) => -Math.Log10(1 - (percentile / 100));

    private static FigureTable Table(List<(string Name, LatencyHistogram Histogram)> operations) => new(
        ["Operation", "Samples", "p50", "p90", "p99", "p99.9", "p99.99"],
        [.. operations.Select(operation => (IReadOnlyList<string>)
        [
            operation.Name,
            Format.Count(operation.Histogram.Count),
            .. new[] { 50, 90, 99, 99.9, 99.99 }.Select(p => Percentiles.Words(operation.Histogram, p)),
        ])]);

    private sealed record RarityAxis(double Furthest)
        : LinearAxis(0, Furthest, rarity => Labelled.MinBy(entry => Math.Abs(Rarity(entry.Percentile) - rarity)).Label)
    {
        public override IEnumerable<double> Ticks(int about) => Labelled.Select(entry => Rarity(entry.Percentile))
            .Where(rarity => rarity <= Furthest);
    }
}
