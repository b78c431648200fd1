namespace LoadHarness.Reporting.Charts;

/// <summary>Each chart is drawn twice, for a page and for a telephone, since a scaled-down drawing would have illegible text.</summary>
internal sealed record ChartSize(string CssClass, int Width, int Height, int FontSize, int LeftPadding)
{
    public static ChartSize Wide { get; } = new("wide", 720, 260, 13, 64);

    public static ChartSize Narrow { get; } = new("narrow", 340, 220, 12, 54);

    public ChartSize WithHeight(int height) => this with { Height = height };
}
