using System.Net;

namespace LoadHarness.Reporting.Charts;

internal static class Svg
{
    /// <summary>A name from outside, fit to stand between tags.</summary>
    public static string Escaped(string name) => WebUtility.HtmlEncode(Plain.Text(name));

    /// <summary>A short line in the manner of a series, for a legend.</summary>
    public static string Swatch(Tone tone) =>
        $"""<svg width="30" height="10" aria-hidden="true"><path d="M1 5H29" {tone.Stroke(2.5)}/></svg>""";
}
