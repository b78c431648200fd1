using LoadHarness.Core.Verdicts;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace LoadHarness.Reporting.Charts;

/// <summary>One measured figure as a bar against its limit, where there is no distribution behind it.</summary>
internal static class LimitBarChart
{
    public static Figure Of(string id, Verdict verdict)
    {
        var (figure, limit) = (verdict.Figure ?? 0, verdict.Limit ?? 0);
        return new(
            id,
            $"{verdict.Id}: measured against the limit",
            verdict.Direction == LimitDirection.AtLeast ? "The bar has to reach the dashed line." : "The bar has to stay short of the dashed line.",
            $"{verdict.Title}. {Wording.Figure(figure, verdict.Unit)} measured, {Wording.Limit(verdict)} required: {CheckReport.Word(verdict.Kind)}.",
            Canvas.Draw(id, (plot, size) => Draw(plot, size, verdict, figure, limit), wideHeight: 120, narrowHeight: 120),
            [new("series-1", "measured"), new("limit", "limit")],
            new(["Measured", "Limit"], [[Wording.Figure(figure, verdict.Unit), Wording.Limit(verdict)]]));
    }

    private static void Draw(Plot plot, ChartSize size, Verdict verdict, double figure, double limit)
    {
        plot.Layout.Fixed(new PixelPadding(14, 14, 30, 8));
        var bar = plot.Add.Bar(new Bar { Position = 0.3, Value = figure, FillColor = ChartColor.Series(0), LineWidth = 0, Size = 0.5, Orientation = Orientation.Horizontal });
        bar.Horizontal = true;
        var right = Math.Max(Math.Max(figure, limit) * 1.12, 1e-9);
        plot.Axes.SetLimits(0, right, 0, 1);
        plot.Axes.Left.TickGenerator = new EmptyTickGenerator();
        var ticks = new NumericManual();
        foreach (var part in new[] { 0, 0.5, 1 }) ticks.AddMajor(Math.Max(figure, limit) * part, Wording.Significant(Math.Max(figure, limit) * part));
        plot.Axes.Bottom.TickGenerator = ticks;
        LimitLine.Add(plot, size, limit, 0.8, $"limit {Wording.Figure(limit, verdict.Unit)}", ChartColor.Limit, LinePattern.Dashed);
    }
}
