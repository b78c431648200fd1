using ScottPlot;
using ScottPlot.TickGenerators;

namespace LoadHarness.Reporting.Charts;

/// <summary>Labelled shares as horizontal bars, the first on top, or as columns where there are many in order.</summary>
internal static class BarsChart
{
    private const int RowHeight = 24;

    /// <summary>Longer labels are cut: the table below has them whole.</summary>
    private const int LongestLabel = 22;

    public static ChartDrawing Rows(string id, IReadOnlyList<(string Label, double Share)> bars)
    {
        var height = 24 + (bars.Count * RowHeight);
        return Canvas.Draw(id, (plot, size) =>
        {
            plot.Layout.Fixed(new PixelPadding(size.CssClass == ChartSize.Narrow.CssClass ? 140 : 200, 60, 8, 8));
            AddBars(plot, bars, Orientation.Horizontal);
            var ticks = new NumericManual();
            for (var i = 0; i < bars.Count; i++) ticks.AddMajor(-i, Cut(bars[i].Label));
            plot.Axes.Left.TickGenerator = ticks;
            plot.Axes.Bottom.TickGenerator = new EmptyTickGenerator();
            plot.Axes.Bottom.FrameLineStyle.Width = 0;
            plot.Grid.IsVisible = false;
            var most = bars.Max(bar => bar.Share);
            // A quarter more than the longest bar, for its value behind it.
            plot.Axes.SetLimits(0, most <= 0 ? 1 : most * 1.25, -bars.Count + 0.4, 0.6);
            for (var i = 0; i < bars.Count; i++) AddLabel(plot, size, bars[i].Share, -i, Wording.Percent(bars[i].Share));
        }, height, height);
    }

    public static ChartDrawing Columns(string id, IReadOnlyList<(string Label, double Share)> bars) => Canvas.Draw(id, (plot, size) =>
    {
        AddBars(plot, bars, Orientation.Vertical);
        var every = Math.Max(1, (int)Math.Ceiling(bars.Count / (size.CssClass == ChartSize.Narrow.CssClass ? 4.0 : 8.0)));
        var ticks = new NumericManual();
        for (var i = 0; i < bars.Count; i += every) ticks.AddMajor(i, Cut(bars[i].Label));
        plot.Axes.Bottom.TickGenerator = ticks;
        var most = bars.Max(bar => bar.Share);
        var shares = new NumericManual();
        foreach (var part in new[] { 0, 0.5, 1 }) shares.AddMajor(most * part, Wording.Percent(Math.Round(most * part, 4)));
        plot.Axes.Left.TickGenerator = shares;
        plot.Axes.SetLimits(-0.6, bars.Count - 0.4, 0, most <= 0 ? 1 : most * 1.1);
    }, wideHeight: 190, narrowHeight: 180);

    private static void AddBars(Plot plot, IReadOnlyList<(string Label, double Share)> bars, Orientation orientation)
    {
        var added = plot.Add.Bars(bars.Select((bar, index) => new Bar
        {
            Position = orientation == Orientation.Horizontal ? -index : index,
            Value = bar.Share,
            FillColor = ChartColor.Series(0),
            LineWidth = 0,
            Size = 0.7,
            Orientation = orientation,
        }).ToArray());
        added.Horizontal = orientation == Orientation.Horizontal;
    }

    private static void AddLabel(Plot plot, ChartSize size, double x, double y, string label)
    {
        var text = plot.Add.Text(label, x, y);
        text.LabelFontColor = ChartColor.Ink;
        text.LabelFontSize = size.FontSize;
        text.LabelAlignment = Alignment.MiddleLeft;
        text.OffsetX = 6;
        text.Axes.XAxis = plot.Axes.Bottom;
    }

    private static string Cut(string label) => label.Length <= LongestLabel ? label : label[..(LongestLabel - 1)] + "…";
}
