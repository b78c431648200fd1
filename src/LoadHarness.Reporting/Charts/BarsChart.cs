using System.Text;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// Labelled shares as horizontal bars, the first on top, each with its value behind it; or as columns where there are many in order.
/// </summary>
internal static class BarsChart
{
    private const int BarHeight = 16;
    private const int RowHeight = 24;
    private const int LineHeight = 15;

    /// <summary>What fits to the left of the bars on a telephone; a chart with a longer name has its names above the bars.</summary>
    private const int ShortName = 16;

    /// <summary>What fits across a whole chart on a telephone.</summary>
    private const int LongestLine = 38;

    /// <summary>Columns have room for so many letters at each end of their axis.</summary>
    public const int ShortLabel = 8;

    public static string Rows(IReadOnlyList<(string Label, double Share, string Value)> bars, string description)
    {
        var most = Math.Max(bars.Max(bar => Axis.Drawable(bar.Share) ? bar.Share : 0), 1e-12);
        var isBeside = bars.All(bar => Wrapped.Width(bar.Label) <= ShortName);
        // In percent of the width: where the bars begin, and how far the longest reaches; its value has the rest.
        var (left, longest) = isBeside ? (40.0, 26.0) : (0.0, 62.0);
        var (body, y) = (new StringBuilder(), 0);
        foreach (var (label, share, value) in bars)
        {
            var width = Math.Clamp(share / most, 0, 1) * longest;
            IReadOnlyList<string> names = isBeside ? [label] : Wrapped.Of(label, LongestLine);
            for (var line = 0; line < names.Count; line++) Text(body, "0", y + 16 + (line * LineHeight), names[line]);
            if (!isBeside) y += (names.Count * LineHeight) + 2;
            body.Append($"<rect x=\"{left}%\" y=\"{y + 4}\" width=\"{width:0.##}%\" height=\"{BarHeight}\" {Tone.Series(0).Fill()}/>");
            Text(body, $"{left + width + 1:0.##}%", y + 16, value);
            y += RowHeight;
        }
        return $"""
            <svg class="drawing" role="img" aria-label="{Svg.Escaped(description)}" width="100%" height="{y}">{body}</svg>
            """;
    }

    public static string Columns(IReadOnlyList<(string Label, double Share)> bars, string description)
    {
        var up = LinearAxis.UpTo(bars.Select(bar => bar.Share), share => Format.Percent(Math.Round(share, 4)));
        var across = new LinearAxis(0, bars.Count, value => bars[Math.Clamp((int)value, 0, bars.Count - 1)].Label);
        return new Drawing(120, across, up).Grid(3).Ticks(3)
            .Cells(bars.Select((bar, index) => (index + 0.1, index + 0.9, 0.0, bar.Share)), Tone.Series(0), 1)
            .ToSvg(description);
    }

    private static void Text(StringBuilder body, string x, int y, string words) =>
        body.Append($"<text x=\"{x}\" y=\"{y}\" font-size=\"12\" {Tone.Ink.Fill()}>{Svg.Escaped(words)}</text>");
}
