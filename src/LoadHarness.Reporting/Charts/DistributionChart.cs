using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Charts;

/// <summary>The measured response times of a target's operation, the judged figure with its interval, and the limit.</summary>
internal static class DistributionChart
{
    private const int BinsPerDecade = 16;

    /// <summary>Up to here each repetition is a dot of its own; a histogram of so few says nothing.</summary>
    private const int FewSamples = 30;

    public static Chart Of(string id, Verdict verdict, LatencyHistogram histogram, double limit)
    {
        var unit = TimeUnit.Milliseconds(verdict.Unit) ?? 1;
        var few = histogram.Count <= FewSamples;
        return new(
            id,
            $"{verdict.Id}: response times against the limit",
            (few ? "Each dot is one repetition." : "Height: share of requests that took so long.")
                + (verdict.Interval is null ? "" : " Shaded: the 95% interval of the judged figure."),
            $"{Format.Count(histogram.Count)} samples from {Format.Duration(histogram.Minimum)} to {Format.Duration(histogram.Maximum)}, "
                + $"half of them within {Format.Duration(histogram.Percentile(50))}. Judged figure "
                + $"{VerdictWords.Figure(verdict)}, 95% interval {Format.Interval(verdict.Interval, verdict.Unit, verdict.Limit)}, "
                + $"{Format.Limit(verdict)}: {CheckReport.Word(verdict.Kind)}.",
            Draw(verdict, histogram, limit * unit, unit, few),
            [new(Tone.Series(0), few ? "one repetition" : "measured", few ? Mark.Dot : Mark.Area),
                new(Tone.Ink, "judged figure, interval shaded"),
                new(Tone.Limit, "limit")],
            Table(histogram));
    }

    private static string Draw(Verdict verdict, LatencyHistogram histogram, double limit, double unit, bool few)
    {
        var figure = (verdict.Figure ?? 0) * unit;
        double[] interval = verdict.Interval is { } range ? [range.Low * unit, range.High * unit] : [];
        var across = LogAxis.OfMilliseconds(
            [histogram.Minimum.TotalMilliseconds, histogram.Maximum.TotalMilliseconds, limit, figure, .. interval]);
        var bins = few ? [] : Bins(histogram);
        var peak = few ? 1 : bins.Max(bin => bin.Share);
        var drawing = new Drawing(few ? 110 : 170, across, new LinearAxis(0, peak * 1.1, share => Format.Percent(Math.Round(share, 4))));
        if (interval is [var low, var high]) drawing.Band(low, high, Tone.Ink, 0.18);
        if (!few) drawing.Grid(3);
        drawing.Ticks(4);
        if (few) Dots(drawing, histogram);
        else drawing.Area(bins.SelectMany(bin => new[] { (bin.From, bin.Share), (bin.To, bin.Share) }), Tone.Series(0));
        return drawing
            .Upright(limit, $"limit {Format.LimitValue(verdict.Limit, verdict.Unit)}", Tone.Limit, row: 1)
            .Upright(figure, $"judged {VerdictWords.Figure(verdict)}", Tone.Ink)
            .ToSvg($"Response times of {verdict.Id} against its limit.");
    }

    private static void Dots(Drawing drawing, LatencyHistogram histogram)
    {
        var index = 0;
        foreach (var (duration, count) in Recorded.In(histogram))
        {
            for (var i = 0; i < count; i++) drawing.Dot(duration.TotalMilliseconds, 0.3 + (0.14 * (index++ % 4)), Tone.Series(0));
        }
    }

    private static IReadOnlyList<(double From, double To, double Share)> Bins(LatencyHistogram histogram)
    {
        var counts = new SortedDictionary<int, long>();
        foreach (var (duration, count) in Recorded.In(histogram))
        {
            var bin = (int)Math.Floor(Math.Log10(Math.Max(duration.TotalMilliseconds, LogAxis.ShortestMilliseconds)) * BinsPerDecade);
            counts[bin] = counts.GetValueOrDefault(bin) + count;
        }
        return [.. Enumerable.Range(counts.Keys.First(), counts.Keys.Last() - counts.Keys.First() + 1)
            .Select(bin => (Edge(bin), Edge(bin + 1), (double)counts.GetValueOrDefault(bin) / histogram.Count))];
    }

    private static double Edge(int bin) => Math.Pow(10, (double)bin / BinsPerDecade);

    private static FigureTable Table(LatencyHistogram histogram) => new(
        ["Share of requests", "took at most"],
        [.. new[] { 10.0, 25, 50, 75, 90, 95, 99, 99.9, 100 }.Select(
            p => new[] { $"{Format.Significant(p)}%", Percentiles.Words(histogram, p) })]);
}
