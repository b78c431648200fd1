using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>
/// The charts that fit a target: a distribution or a rate, and its scenario's percentiles over time. A count is no chart: the scoreboard
/// shows it.
/// </summary>
internal static class TargetFigures
{
    public static IEnumerable<Chart> Of(Trail trail, Verdict verdict, ScenarioResult scenario, OperationResult? operation)
    {
        if (verdict.Figure is not { } figure || verdict.Limit is not { } limit || !double.IsFinite(figure)) yield break;
        var id = $"figure-{Slug.Of(verdict.Id)}";
        if (operation is { Response.Count: > 0 } && TimeUnit.Is(verdict.Unit) && limit > 0)
        {
            var histogram = LatencyHistogram.Decode(operation!.Response.Encoded);
            if (histogram.Count > 0) yield return DistributionChart.Of(id, verdict, histogram, limit);
            var ownLimit = TimeSpan.FromMilliseconds(Math.Min(TimeUnit.ToMilliseconds(limit, verdict.Unit), 1e9));
            if ((ScenarioFigures.OfOperation($"{id}-time", scenario, operation, ownLimit, OperationStretch.Most)
                ?? ScenarioFigures.Percentiles($"{id}-time", scenario, trail.LimitOf(scenario))) is { } overTime) yield return overTime;
        }
        else if (verdict.Unit == "requests/min" && scenario.Timeline.Count > 2)
        {
            yield return Rate(id, verdict, scenario, limit);
        }
    }

    private static Chart Rate(string id, Verdict verdict, ScenarioResult scenario, double limit)
    {
        var whole = Seconds.Whole(scenario);
        var points = whole.Select(sample => ((double)sample.Second, sample.Completed * 60.0 / sample.Seconds)).ToList();
        var length = whole[0].Seconds;
        var (each, one, many) = length > 1
            ? ($"each {length} seconds together", $"a single stretch of {length} seconds", $"Stretches of {length} seconds")
            : ("second by second", "a single second", "Single seconds");
        var drawn = Downsampling.Extremes(points, ScenarioFigures.MostPoints);
        var description = $"{VerdictWords.Figure(verdict)} over the whole run, "
            + $"95% interval {Format.Interval(verdict.Interval, verdict.Unit, verdict.Limit)}, "
            + $"{Format.Limit(verdict)}: {CheckReport.Word(verdict.Kind)}. "
            + $"{many} vary: lowest {Format.Significant(points.Min(p => p.Item2))}, "
            + $"highest {Format.Significant(points.Max(p => p.Item2))}.";
        return new(
            id,
            $"{verdict.Id}: completed requests against the limit",
            $"Completed requests a minute, {each}. Judged is the rate over the whole run; {one} may lie below the limit.",
            description,
            new TimelineChart(ScenarioFigures.Clock(scenario), [new("completed", Tone.Series(0), drawn)])
            {
                Label = value => $"{Format.Significant(value)}/min", ClockName = "scenario", Limit = limit,
                LimitWords = $"limit {Format.LimitValue(limit, verdict.Unit)}",
            }.ToSvg($"{verdict.Id}: completed requests over time."),
            [new(Tone.Series(0), "completed"), new(Tone.Limit, "limit")],
            new(["From second", "Completed a minute"],
                [.. drawn.Select(point => new[] { Format.Significant(point.X), Format.Significant(point.Y) })]));
    }
}
