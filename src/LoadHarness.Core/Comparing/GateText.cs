using System.Text;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>The gate's result for people, as Markdown: what got worse and why, then the comparison.</summary>
public static class GateText
{
    public static string Of(ArmComparison comparison, GateDecision decision, IReadOnlyList<Creep> creep)
    {
        var text = new StringBuilder();
        text.Append($"# Gate: {decision.Headline} (exit code {(int)decision.ExitCode})\n\n");
        foreach (var alert in decision.Regressions) text.Append($"- {MarkdownText.Of(Of(alert))}\n");
        foreach (var improvement in decision.Improvements) text.Append($"- {MarkdownText.Of(improvement)}\n");
        foreach (var slow in creep)
            text.Append($"- slow creep (reported, not judged): {MarkdownText.Of(slow.Operation)} is {slow.Ratio:0.000} times the pin over "
                + $"{slow.Nights} nights ({slow.Interval.Low:0.000} to {slow.Interval.High:0.000})\n");
        // The title of the comparison is a part of the gate's.
        return text.Append("\n#").Append(ComparisonText.Of(comparison)).ToString();
    }

    internal static string Of(GateAlert alert)
    {
        var factor = alert.Factor is { } times ? $" {times:0.00} times" : "";
        return alert.KnownSince is { } since
            ? $"known since {since:yyyy-MM-dd}: {alert.Operation}{factor}"
            : $"worse: {alert.Operation}{factor}";
    }
}
