namespace LoadHarness.Reporting.Page;

/// <summary>One cell of a table: words, a figure, or markup.</summary>
internal readonly record struct Cell(Html Content, bool IsNumber)
{
    private const int LongestFigure = 28;

    public static implicit operator Cell(string text) => new(Html.Of($"{text}"), IsFigure(text));

    public static implicit operator Cell(Name name) => new(Html.Of($"{name}"), false);

    public static implicit operator Cell(Html markup) => new(markup, false);

    /// <summary>Figures stand to the right, so that their digits lie below one another.</summary>
    private static bool IsFigure(string text) => text.Length is > 0 and <= LongestFigure
        && (char.IsAsciiDigit(text[0]) || text[0] is '–' or '-' or '+');
}
