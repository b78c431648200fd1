using System.Globalization;

namespace LoadHarness.Reporting.Charts;

/// <summary>A name in lines that fit: SVG breaks no text by itself, and half a name says nothing.</summary>
internal static class Wrapped
{
    /// <summary>A name longer than so many lines is cut: the table below the chart has it whole.</summary>
    private const int MostLines = 4;

    /// <summary>A name may be broken behind one of these.</summary>
    private static readonly char[] Seams = [.. " _/:.-,+"];

    /// <param name="letters">At most so many in a line; those of scripts with square letters count as two.</param>
    public static IReadOnlyList<string> Of(string name, int letters)
    {
        var lines = new List<string>();
        var rest = Plain.Text(name).ReplaceLineEndings(" ").Trim();
        while (Width(rest) > letters && lines.Count < MostLines - 1)
        {
            var fitting = Fitting(rest, letters);
            var seam = rest.LastIndexOfAny(Seams, fitting - 1) + 1;
            // A line that is nearly empty is no better than a broken word.
            var end = seam > fitting / 3 ? seam : fitting;
            lines.Add(rest[..end].TrimEnd());
            rest = rest[end..].TrimStart();
        }

        return [.. lines, Width(rest) <= letters ? rest : $"{rest[..Fitting(rest, letters - 1)]}…"];
    }

    public static int Width(string text) => text.Sum(Width);

    private static int Width(char letter) => letter < '\u1100' ? 1 : 2;

    /// <summary>How much of a text fits: whole characters with their marks, and at least one.</summary>
    private static int Fitting(string text, int letters)
    {
        var (end, width) = (0, 0);
        foreach (var start in StringInfo.ParseCombiningCharacters(text).Append(text.Length).Skip(1))
        {
            width += Width(text[end..start]);
            if (width > letters && end > 0) break;
            end = start;
        }
        return end;
    }
}
