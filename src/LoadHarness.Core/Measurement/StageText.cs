using System.Text;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Measurement;

/// <summary>Where the time of a measurement went, as a section of Markdown.</summary>
internal static class StageText
{
    /// <returns>Empty where nothing is known.</returns>
    public static string Of(IReadOnlyList<StageTiming> stages)
    {
        if (stages.Count == 0) return "";
        var text = new StringBuilder("\n## Where the time went\n\n| stage | time | of |\n|---|---:|---|\n");
        foreach (var stage in stages)
            text.Append($"| {MarkdownText.Of(stage.Stage)} | {Format.Duration(stage.Duration)} | {MarkdownText.Of(stage.Detail)} |\n");
        return text.ToString();
    }
}
