using System.Net;

namespace LoadHarness.Reporting.Charts;

internal static class Svg
{
    /// <summary>A name from outside, fit to stand between tags.</summary>
    public static string Escaped(string name) => WebUtility.HtmlEncode(Plain.Text(name));

    /// <summary>A short line, a dot or a field in the manner of a series, for a legend.</summary>
    public static string Swatch(LegendEntry entry) => entry.Mark switch
    {
        Mark.Dot => $"""<svg width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="4.5" {entry.Tone.Fill()}/></svg>""",
        Mark.Area => $"""<svg width="14" height="12" aria-hidden="true"><rect width="14" height="12" {entry.Tone.Fill()}/></svg>""",
        _ => $"""<svg width="30" height="10" aria-hidden="true"><path d="M1 5H29" {entry.Tone.Stroke(2.5)}/></svg>""",
    };
}
