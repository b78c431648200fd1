using System.Text;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// The names of lines to the right of the plot, each at the height where its line ends, moved apart where two would touch. The style sheet
/// gives them the room; without one they lie above the ends of their lines.
/// </summary>
/// <param name="height">Of the plot.</param>
internal sealed class LineNames(int height)
{
    private const int LineHeight = 13;

    /// <summary>Between two names: one that goes over two lines is not taken for two.</summary>
    private const int Between = 3;

    /// <summary>From the top of a line of letters to their foot.</summary>
    private const int Foot = 11;

    /// <summary>By how much the style sheet moves a name down: the middle of its letters lies at the end of its line then.</summary>
    private const int Moved = 8;
    private const int MostLetters = 14;
    private const double LetterWidth = 7.4;
    private const int Gap = 8;
    private readonly List<(IReadOnlyList<string> Lines, double At, Tone Tone, bool IsLimit)> _names = [];

    /// <summary>Pixels to the right of the plot.</summary>
    public int Room => _names.Count == 0 ? 0 : (int)Math.Ceiling(_names.Max(name => name.Lines.Max(Wrapped.Width)) * LetterWidth) + Gap;

    /// <param name="at">Height of the line's end, from above.</param>
    /// <param name="isLimit">Limits keep their name where a window is too narrow for all.</param>
    public void Add(string name, double at, Tone tone, bool isLimit) => _names.Add((Wrapped.Of(name, MostLetters), at, tone, isLimit));

    public string ToSvg()
    {
        var sorted = _names.OrderBy(name => name.At).ToList();
        var tops = new double[sorted.Count];
        for (var (i, free) = (0, double.NegativeInfinity); i < sorted.Count; free = tops[i] + HeightOf(i), i++)
            tops[i] = Math.Max(sorted[i].At - (HeightOf(i) / 2), free);
        // Those that would lie below the plot push the others up.
        for (var (i, lowest) = (sorted.Count - 1, height + (LineHeight / 2.0)); i >= 0; lowest = tops[i], i--)
            tops[i] = Math.Min(tops[i], lowest - HeightOf(i));
        return string.Concat(sorted.Select((name, index) => Name(name, tops[index] + Foot - Moved)));

        double HeightOf(int index) => (sorted[index].Lines.Count * LineHeight) + Between;
    }

    private static string Name((IReadOnlyList<string> Lines, double At, Tone Tone, bool IsLimit) name, double foot)
    {
        var words = new StringBuilder(Svg.Escaped(name.Lines[0]));
        foreach (var line in name.Lines.Skip(1)) words.Append($"<tspan x=\"100%\" dy=\"{LineHeight}\">{Svg.Escaped(line)}</tspan>");
        return $"<text class=\"end{(name.IsLimit ? " is-limit" : "")} f-{name.Tone.CssClass}\" x=\"100%\" y=\"{foot:0.#}\" "
            + $"text-anchor=\"end\" fill=\"{name.Tone.Color}\">{words}</text>";
    }
}
