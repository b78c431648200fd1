using System.Text;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// Labelled shares as horizontal bars, the first on top, each with its value behind it; or as columns where there are many in order.
/// </summary>
internal static class BarsChart
{
    private const int RowHeight = 24;

    /// <summary>
    /// Where the bars begin and how far the longest reaches, in percent of the width: names to the left, values to the right.
    /// </summary>
    private const double Left = 44;
    private const double Longest = 24;

    /// <summary>Longer labels are cut: the table below has them whole.</summary>
    private const int LongestLabel = 18;
    private const int ShortLabel = 8;

    public static string Rows(IReadOnlyList<(string Label, double Share, string Value)> bars, string description)
    {
        var most = Math.Max(bars.Max(bar => Axis.Drawable(bar.Share) ? bar.Share : 0), 1e-12);
        var body = new StringBuilder();
        for (var i = 0; i < bars.Count; i++)
        {
            var (middle, width) = ((i * RowHeight) + (RowHeight / 2), Math.Clamp(bars[i].Share / most, 0, 1) * Longest);
            body.Append(
                $"<text x=\"0\" y=\"{middle + 4}\" font-size=\"12\" {Tone.Ink.Fill()}>{Svg.Escaped(Shortened(bars[i].Label))}</text>")
                .Append($"<rect x=\"{Left}%\" y=\"{middle - 8}\" width=\"{width:0.##}%\" height=\"16\" {Tone.Series(0).Fill()}/>")
                .Append($"<text x=\"{Left + width + 1:0.##}%\" y=\"{middle + 4}\" font-size=\"12\" "
                    + $"{Tone.Ink.Fill()}>{Svg.Escaped(bars[i].Value)}</text>");
        }
        var label = Svg.Escaped(description);
        return $"""<svg class="drawing" role="img" aria-label="{label}" width="100%" height="{bars.Count * RowHeight}">{body}</svg>""";
    }

    public static string Columns(IReadOnlyList<(string Label, double Share)> bars, string description)
    {
        var up = LinearAxis.UpTo(bars.Select(bar => bar.Share), share => Format.Percent(Math.Round(share, 4)));
        // Long labels only at both ends: between them there is no room on a telephone.
        var isLong = bars.Any(bar => bar.Label.Length > ShortLabel);
        var across = new LinearAxis(0, bars.Count, value => Shortened(bars[Math.Clamp((int)value, 0, bars.Count - 1)].Label),
            isLong ? [bars.Count] : null);
        return new Drawing(120, across, up).Grid(3).Ticks(3)
            .Cells(bars.Select((bar, index) => (index + 0.1, index + 0.9, 0.0, bar.Share)), Tone.Series(0), 1)
            .ToSvg(description);
    }

    private static string Shortened(string label) => label.Length <= LongestLabel ? label : label[..(LongestLabel - 1)] + "…";
}
