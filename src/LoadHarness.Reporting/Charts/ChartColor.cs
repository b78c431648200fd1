using ScottPlot;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// Colours by their role. A chart is drawn once, in stand-in colours that nothing else uses; in the page each stand-in becomes a CSS variable,
/// so that the same drawing follows the light, dark and print themes.
/// </summary>
internal static class ChartColor
{
    public const int SeriesCount = 6;

    public static Color Ink { get; } = Color.FromHex("#010203");

    public static Color Grid { get; } = Color.FromHex("#010204");

    public static Color Limit { get; } = Color.FromHex("#010205");

    public static Color Muted { get; } = Color.FromHex("#010206");

    private static readonly (string Placeholder, string Variable)[] Roles =
    [
        ("#010203", "var(--chart-ink)"),
        ("#010204", "var(--chart-grid)"),
        ("#010205", "var(--chart-limit)"),
        ("#010206", "var(--chart-muted)"),
        .. Enumerable.Range(0, SeriesCount).Select(index => ($"#01021{index}", $"var(--series-{index + 1})")),
    ];

    public static Color Series(int index) => Color.FromHex($"#01021{index}");

    public static string Themed(string svg) =>
        Roles.Aggregate(svg, (text, role) => text.Replace($"\"{role.Placeholder}\"", $"\"{role.Variable}\"", StringComparison.Ordinal));
}
