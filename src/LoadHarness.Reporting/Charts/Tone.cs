namespace LoadHarness.Reporting.Charts;

/// <summary>
/// How a line or an area is told apart: by colour, by dash, and by the class that lets the style sheet follow the theme. The colour stands
/// in the drawing too, for readers whose policy allows no style sheet.
/// </summary>
/// <param name="Dash">Of the line, as SVG has it; empty for a solid one.</param>
internal sealed record Tone(string CssClass, string Color, string Dash)
{
    /// <summary>More lines than this in one chart cannot be told apart: the others are drawn muted.</summary>
    public const int SeriesCount = 4;

    // Four steps of lightness as well as four hues, so that they stay apart for every kind of colour blindness and in grey print.
    private static readonly Tone[] Many =
        [new("s1", "#0f2f66", ""), new("s2", "#dd6b20", "7 3"), new("s3", "#1d7f86", "2 3"), new("s4", "#8a3a62", "9 3 2 3")];

    public static Tone Ink { get; } = new("ink", "#46505e", "");

    public static Tone Grid { get; } = new("grid", "#e6e3dc", "");

    public static Tone Limit { get; } = new("limit", "#b3261e", "6 3");

    public static Tone Muted { get; } = new("muted", "#8b929c", "1 3");

    public static Tone Series(int index) => index < Many.Length ? Many[index] : Muted;

    public string Stroke(double width) =>
        $"class=\"l-{CssClass}\" fill=\"none\" stroke=\"{Color}\" stroke-width=\"{width:0.#}\"{DashAttribute}";

    public string Fill(double opacity = 1) => opacity >= 1
        ? $"class=\"f-{CssClass}\" fill=\"{Color}\""
        : $"class=\"f-{CssClass}\" fill=\"{Color}\" fill-opacity=\"{opacity:0.##}\"";

    private string DashAttribute => Dash.Length == 0 ? "" : $" stroke-dasharray=\"{Dash}\"";
}
