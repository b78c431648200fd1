using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Files;

/// <summary>What a comparing verb found, in full, as a chapter below the headline of summary.md.</summary>
internal static class ComparedText
{
    /// <returns>Null for a run of a load.</returns>
    public static string? Of(RunResult run) => run.Findings is { } found ? Below(found.ToMarkdown()) : null;

    /// <summary>One level lower: the headline of the run stands above them.</summary>
    private static string Below(string markdown) =>
        string.Join('\n', markdown.Split('\n').Select(line => line.StartsWith('#') ? "##" + line : line));
}
