using ScottPlot;

namespace LoadHarness.Reporting.Charts;

/// <summary>A vertical line with its label beside it, on the side that has room.</summary>
internal static class LimitLine
{
    public static void Add(Plot plot, ChartSize size, double x, double y, string label, Color color, LinePattern pattern)
    {
        var line = plot.Add.VerticalLine(x);
        line.Color = color;
        line.LineWidth = 2;
        line.LinePattern = pattern;

        var limits = plot.Axes.GetLimits();
        var text = plot.Add.Text(label, x, y);
        text.LabelFontColor = color;
        text.LabelFontSize = size.FontSize;
        var left = x > limits.Left + (limits.HorizontalSpan * 0.6);
        text.LabelAlignment = left ? Alignment.MiddleRight : Alignment.MiddleLeft;
        text.OffsetX = left ? -10 : 10;
    }
}
