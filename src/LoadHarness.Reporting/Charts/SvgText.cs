using System.Globalization;
using System.Text.RegularExpressions;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// Makes ScottPlot's SVG fit for a page: themed colours, scaling by viewBox, ids that are unique on the page, and text that the reader's own font can
/// draw. The original places every letter by the font of the machine that rendered it; here each text is centred where it stood.
/// </summary>
internal static partial class SvgText
{
    /// <summary>Width of an average digit as a share of the font's size, to centre a text of one letter.</summary>
    private const double DigitWidth = 0.6;

    public static string Fit(string svg, ChartSize size, string idPrefix)
    {
        var body = svg[(svg.IndexOf('>', svg.IndexOf("<svg", StringComparison.Ordinal)) + 1)..];
        body = TextElement().Replace(body, Centred);
        body = Renumbered(body, idPrefix);
        body = ShortDecimal().Replace(body, "$1");
        body = LineIndent().Replace(body, "");
        return $"""<svg class="{size.CssClass}" viewBox="0 0 {size.Width} {size.Height}" aria-hidden="true" focusable="false" xmlns:xlink="http://www.w3.org/1999/xlink">{ChartColor.Themed(body)}""";
    }

    private static string Centred(Match match)
    {
        var attributes = match.Groups["attributes"].Value;
        var xs = Numbers(Attribute(attributes, "x"));
        var size = Numbers(Attribute(attributes, "font-size")).FirstOrDefault(12);
        var origin = Translation().Match(attributes);
        var (left, top) = origin.Success ? (Number(origin.Groups[1].Value), Number(origin.Groups[2].Value)) : (0, 0);
        if (xs.Count == 0) return "";

        var advance = xs.Count > 1 ? (xs[^1] - xs[0]) / (xs.Count - 1) : size * DigitWidth;
        var x = left + ((xs[0] + xs[^1] + advance) / 2);
        var y = top + Numbers(Attribute(attributes, "y")).FirstOrDefault();
        return string.Create(CultureInfo.InvariantCulture,
            $"""<text x="{x:0.#}" y="{y:0.#}" text-anchor="middle" font-size="{size:0.#}" fill="{Attribute(attributes, "fill")}">{match.Groups["text"].Value.Trim()}</text>""");
    }

    /// <summary>Skia counts its ids through the life of the process: numbered anew, the same figures give the same page.</summary>
    private static string Renumbered(string body, string idPrefix)
    {
        var numbers = new Dictionary<string, int>();
        return Identifier().Replace(body, match =>
        {
            var original = match.Groups[2].Value;
            if (!numbers.TryGetValue(original, out var number)) numbers[original] = number = numbers.Count;
            return $"{match.Groups[1].Value}{idPrefix}{number}";
        });
    }

    private static string Attribute(string attributes, string name) =>
        Regex.Match(attributes, $"(?:^|\\s){name}=\"([^\"]*)\"").Groups[1].Value;

    private static List<double> Numbers(string list) =>
        [.. list.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(Number)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("<text(?<attributes>[^>]*)>(?<text>[^<]*)</text>")]
    private static partial Regex TextElement();

    [GeneratedRegex(@"translate\(([-\d.e]+)[ ,]+([-\d.e]+)\)")]
    private static partial Regex Translation();

    [GeneratedRegex("""(id="|url\(#|xlink:href="#)([^")]+)""")]
    private static partial Regex Identifier();

    /// <summary>Inside a tag only: the text between tags holds figures, which keep every digit.</summary>
    [GeneratedRegex(@"(?<=[ MLCQ""])(-?\d+\.\d)\d+(?=[^<>]*>)")]
    private static partial Regex ShortDecimal();

    [GeneratedRegex(@"\n\s*")]
    private static partial Regex LineIndent();
}
