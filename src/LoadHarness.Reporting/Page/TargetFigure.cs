using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The chart that fits a target: a distribution, a rate over time, or one bar against its limit.</summary>
internal static class TargetFigure
{
    public static string IdOf(Verdict verdict) => $"target-{Slug.Of(verdict.Id)}";

    public static Figure? Of(RunResult run, Verdict verdict)
    {
        if (verdict.Figure is null || verdict.Limit is not { } limit) return null;
        var id = IdOf(verdict);
        var (scenario, operation) = Measured(run, verdict.Source);

        if (operation is { Response.Count: > 0 } && verdict.Unit is "ms" or "s")
            return DistributionChart.Of(id, verdict, LatencyHistogram.Decode(operation!.Response.Encoded), verdict.Unit == "s" ? TimeSpan.FromSeconds(limit) : TimeSpan.FromMilliseconds(limit));
        return scenario is { Timeline.Count: > 1 } && verdict.Unit == "requests/min"
            ? Rate(id, verdict, scenario, limit)
            : LimitBarChart.Of(id, verdict);
    }

    private static Figure Rate(string id, Verdict verdict, ScenarioResult scenario, double limit)
    {
        var groups = Downsampling.Groups(scenario.Timeline, sample => sample.Second, ScenarioFigures.MostPoints);
        var points = groups.Select(group => ((double)group.FromSecond, group.Members.Average(sample => sample.Completed) * 60)).ToList();
        return new(
            id,
            $"{verdict.Id}: completed requests against the limit",
            "Completed requests a minute, second by second. The line has to stay above the dashed limit.",
            $"{verdict.Title}. {Wording.Figure(verdict.Figure, verdict.Unit)} over the whole run, {Wording.Limit(verdict)} required: {CheckReport.Word(verdict.Kind)}. Lowest {Wording.Significant(points.Min(p => p.Item2))}, highest {Wording.Significant(points.Max(p => p.Item2))}.",
            TimelineChart.Draw(id, [new("completed a minute", ChartColor.Series(0), points)], Wording.Significant, limit),
            [new("series-1", "completed"), new("limit", "limit")],
            new(["From second", "Completed a minute"], [.. points.Select(point => new[] { Wording.Significant(point.Item1), Wording.Significant(point.Item2) })]));
    }

    private static (ScenarioResult? Scenario, OperationResult? Operation) Measured(RunResult run, string? source)
    {
        if (source is null) return (null, null);
        if (run.Scenarios.FirstOrDefault(scenario => scenario.Name == source) is { } whole) return (whole, null);
        return run.Scenarios
            .SelectMany(scenario => scenario.Operations.Select(operation => (Scenario: (ScenarioResult?)scenario, Operation: (OperationResult?)operation)))
            .FirstOrDefault(pair => $"{pair.Scenario!.Name}/{pair.Operation!.Name}" == source);
    }
}
