using ScottPlot;

namespace LoadHarness.Reporting.Charts;

/// <summary>Draws a chart with ScottPlot in both sizes, in the house style: no frame, a light grid, text large enough to read.</summary>
internal static class Canvas
{
    public static ChartDrawing Draw(string id, Action<Plot, ChartSize> draw, int? wideHeight = null, int? narrowHeight = null) => new(
        Draw(id, ChartSize.Wide.WithHeight(wideHeight ?? ChartSize.Wide.Height), draw),
        Draw(id, ChartSize.Narrow.WithHeight(narrowHeight ?? ChartSize.Narrow.Height), draw));

    private static string Draw(string id, ChartSize size, Action<Plot, ChartSize> draw)
    {
        using var plot = new Plot();
        Style(plot, size);
        draw(plot, size);
        return SvgText.Fit(plot.GetSvgHtml(size.Width, size.Height), size, $"{id}-{size.CssClass[0]}-");
    }

    private static void Style(Plot plot, ChartSize size)
    {
        plot.FigureBackground.Color = Colors.Transparent;
        plot.DataBackground.Color = Colors.Transparent;
        plot.Axes.Color(ChartColor.Ink);
        plot.Grid.MajorLineColor = ChartColor.Grid;
        plot.Grid.XAxisStyle.IsVisible = false;
        plot.HideLegend();
        plot.Layout.Fixed(new PixelPadding(size.LeftPadding, 14, 30, 10));
        foreach (var axis in plot.Axes.GetAxes())
        {
            axis.FrameLineStyle.Width = axis == plot.Axes.Bottom ? 1 : 0;
            axis.TickLabelStyle.FontSize = size.FontSize;
            axis.MajorTickStyle.Length = axis == plot.Axes.Bottom ? 4 : 0;
            axis.MinorTickStyle.Length = 0;
        }
    }
}

/// <summary>The same chart as inline SVG for wide and for narrow pages.</summary>
internal sealed record ChartDrawing(string Wide, string Narrow);
