using System.Text;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>The headroom of every scenario for people, as Markdown that also reads well on a terminal.</summary>
public static class HeadroomText
{
    public static string Of(HeadroomReport report)
    {
        var text = new StringBuilder();
        text.Append($"# Headroom: {TargetPassing.Words(report.Contacts)} leads\n\n");
        text.Append($"Seed {report.Seed} · PostgreSQL {MarkdownText.Of(report.Server)} · ")
            .Append($"{report.StartedUtc:yyyy-MM-dd HH:mm} UTC, {report.Duration.TotalMinutes:0.0} min\n\n")
            .Append(Definition(report)).Append("\n\n")
            .Append("| scenario | profile | held | headroom | breaks first |\n|---|---:|---:|---:|---|\n");
        foreach (var scenario in report.Scenarios)
            text.Append(
                $"| {MarkdownText.Of(scenario.Scenario)} | {Format.Significant(scenario.ProfileRate)}/s | {RateOf(scenario)} | ")
                .Append($"{FactorOf(scenario)} | {MarkdownText.Of(scenario.FirstToBreak())} |\n");
        return text.ToString();
    }

    public static string Definition(HeadroomReport report) =>
        "The highest rate of arrivals at which every operation keeps its targets and at most 1% of the requests come to nothing. "
        + $"Each scenario alone, {report.Level.TotalSeconds:0.#} s a rate; a rate breaks when it breaks twice. Where the generator or a "
        + "neighbour on the machine spoils a rate twice, what held below is a bound; nothing is known where it was below the profile's.";

    /// <summary>
    /// "14.2/s (12 to 16.8)"; "at least" and "below" where the search ended at its bounds, "not known" where it could not be judged.
    /// </summary>
    public static string RateOf(ScenarioHeadroom scenario)
    {
        if (scenario.Doubt is not null) return "not known";
        var rate = $"{Bound(scenario)}{Format.Significant(scenario.Rate)}/s";
        return scenario.Interval is { } interval && interval.Low < interval.High ? $"{rate} ({Known(scenario, interval)})" : rate;
    }

    public static string FactorOf(ScenarioHeadroom scenario) => scenario.Doubt is null
        ? $"{Bound(scenario)}{Format.Significant(scenario.Rate / scenario.ProfileRate)}×"
        : "not known";

    private static string Known(ScenarioHeadroom scenario, ConfidenceInterval interval) => scenario.End switch
    {
        SearchEnd.AtMost => $"{Bound(scenario)}{Format.Significant(interval.Low)}",
        SearchEnd.BelowLeast => $"{Bound(scenario)}{Format.Significant(interval.High)}",
        _ => Format.Interval(interval),
    };

    private static string Bound(ScenarioHeadroom scenario) => scenario.End switch
    {
        SearchEnd.AtMost => "at least ",
        SearchEnd.BelowLeast => "below ",
        _ => "",
    };
}
