using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using ScottPlot;

namespace LoadHarness.Reporting.Charts;

/// <summary>The measured response times of a target's operation against its limit.</summary>
internal static class DistributionChart
{
    private const int BinsPerDecade = 16;

    /// <summary>Up to here each repetition is a dot of its own; a histogram of so few says nothing.</summary>
    private const int FewSamples = 30;

    public static Figure Of(string id, Verdict verdict, LatencyHistogram histogram, TimeSpan limit)
    {
        var figure = verdict.Unit == "s" ? TimeSpan.FromSeconds(verdict.Figure ?? 0) : TimeSpan.FromMilliseconds(verdict.Figure ?? 0);
        var bins = Bins(histogram);
        var few = histogram.Count <= FewSamples;
        return new(
            id,
            $"{verdict.Id}: response times against the limit",
            few ? "Each dot is one repetition, by its response time (logarithmic scale)."
                : "Height: share of requests that took so long. Across: response time (logarithmic scale).",
            $"{verdict.Title}. {Wording.Count(histogram.Count)} samples from {Wording.Duration(histogram.Minimum)} to {Wording.Duration(histogram.Maximum)}, half of them within {Wording.Duration(histogram.Percentile(50))}. Judged figure {Wording.Figure(verdict.Figure, verdict.Unit)}, {Wording.Limit(verdict)} allowed: {CheckReport.Word(verdict.Kind)}.",
            Canvas.Draw(id, (plot, size) => Draw(plot, size, histogram, bins, figure, limit, few), wideHeight: few ? 150 : 230, narrowHeight: few ? 150 : 200),
            [new("series-1", few ? "one repetition" : "measured"), new("ink", "judged figure"), new("limit", "limit")],
            Table(histogram));
    }

    private static void Draw(Plot plot, ChartSize size, LatencyHistogram histogram, IReadOnlyList<(double From, double To, double Share)> bins, TimeSpan figure, TimeSpan limit, bool few)
    {
        var marks = new[] { LogAxis.Position(histogram.Minimum), LogAxis.Position(histogram.Maximum), LogAxis.Position(limit), LogAxis.Position(figure) };
        var (from, to) = (marks.Min() - 0.15, marks.Max() + 0.15);
        if (to - from < 1.2) (from, to) = (((from + to) / 2) - 0.6, ((from + to) / 2) + 0.6);
        var peak = few ? 1 : bins.Max(bin => bin.Share);
        plot.Axes.SetLimits(from, to, 0, peak * 1.5);
        plot.Axes.Bottom.TickGenerator = LogAxis.Ticks(from, to);
        plot.Axes.Left.TickGenerator = few ? new ScottPlot.TickGenerators.EmptyTickGenerator() : Shares(peak);

        if (few) AddDots(plot, histogram);
        else AddArea(plot, bins);
        LimitLine.Add(plot, size, LogAxis.Position(limit), peak * 1.4, $"limit {Wording.Duration(limit)}", ChartColor.Limit, LinePattern.Dashed);
        LimitLine.Add(plot, size, LogAxis.Position(figure), peak * (few ? 1.15 : 1.2), $"judged {Wording.Duration(figure)}", ChartColor.Ink, LinePattern.Solid);
    }

    private static void AddArea(Plot plot, IReadOnlyList<(double From, double To, double Share)> bins)
    {
        Coordinates[] outline =
        [
            new(bins[0].From, 0),
            .. bins.SelectMany(bin => new Coordinates[] { new(bin.From, bin.Share), new(bin.To, bin.Share) }),
            new(bins[^1].To, 0),
        ];
        var area = plot.Add.Polygon(outline);
        area.FillColor = ChartColor.Series(0).WithAlpha(0.35);
        area.LineColor = ChartColor.Series(0);
        area.LineWidth = 1.5f;
    }

    private static void AddDots(Plot plot, LatencyHistogram histogram)
    {
        foreach (var (duration, count) in Recorded.In(histogram))
        {
            for (var i = 0; i < count; i++)
                plot.Add.Marker(LogAxis.Position(duration), 0.35 + (0.12 * (i % 4)), MarkerShape.FilledCircle, 11, ChartColor.Series(0));
        }
    }

    private static IReadOnlyList<(double From, double To, double Share)> Bins(LatencyHistogram histogram)
    {
        var counts = new SortedDictionary<int, long>();
        foreach (var (duration, count) in Recorded.In(histogram))
        {
            var bin = (int)Math.Floor(LogAxis.Position(duration) * BinsPerDecade);
            counts[bin] = counts.GetValueOrDefault(bin) + count;
        }
        if (counts.Count == 0) return [];
        return [.. Enumerable.Range(counts.Keys.First(), counts.Keys.Last() - counts.Keys.First() + 1)
            .Select(bin => ((double)bin / BinsPerDecade, (bin + 1.0) / BinsPerDecade, (double)counts.GetValueOrDefault(bin) / histogram.Count))];
    }

    private static ScottPlot.TickGenerators.NumericManual Shares(double peak)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        foreach (var part in new[] { 0, 0.5, 1 }) ticks.AddMajor(peak * part, Wording.Percent(Math.Round(peak * part, 3)));
        return ticks;
    }

    private static FigureTable Table(LatencyHistogram histogram) => new(
        ["Share of requests", "took at most"],
        [.. new[] { 10.0, 25, 50, 75, 90, 95, 99, 99.9, 100 }.Select(p => new[] { $"{Wording.Significant(p)}%", Wording.Duration(histogram.Percentile(p)) })]);
}
