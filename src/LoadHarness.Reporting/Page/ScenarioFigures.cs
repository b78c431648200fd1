using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The charts of one scenario. Those over time are left out for a scenario of a second or two.</summary>
internal static class ScenarioFigures
{
    /// <summary>Points along a line: more are invisible at the width of a page.</summary>
    public const int MostPoints = 120;

    public static IEnumerable<Figure> Of(string id, ScenarioResult scenario)
    {
        if (scenario.Operations.Any(operation => operation.Response.Count > 0)) yield return SpectrumChart.Of($"{id}-spectrum", scenario);
        if (HeatMapChart.Of($"{id}-heat", scenario) is { } heat) yield return heat;
        if (scenario.Timeline.Count < 3) yield break;
        if (Rates($"{id}-rates", scenario) is { } rates) yield return rates;
        if (scenario.Timeline.Any(sample => sample.LagP99 is not null)) yield return Lag($"{id}-lag", scenario);
    }

    private static Figure? Rates(string id, ScenarioResult scenario)
    {
        // The counts of a part of a second are no rate: a line through them would fall at the end.
        var whole = scenario.Timeline.Where(sample => sample.Loaded == TimeSpan.FromSeconds(1)).ToList();
        if (whole.Count == 0) return null;
        var groups = Downsampling.Groups(whole, sample => sample.Second, MostPoints);
        List<(double Second, double Value)> Line(Func<SecondSample, long> value) =>
            [.. groups.Select(group => ((double)group.FromSecond, group.Members.Average(sample => (double)value(sample))))];
        var (offered, completed) = (Line(sample => sample.Offered ?? 0), Line(sample => sample.Completed));
        var (failed, skipped) = (Line(sample => sample.Failed), Line(sample => sample.Skipped));
        var accounting = scenario.Accounting;
        var offers = whole.Exists(sample => sample.Offered is not null);
        return new(
            id,
            "Offered and achieved rate, errors",
            "Requests a second. Where completed stays below offered, the server did not keep up.",
            $"{Wording.Count(accounting.Scheduled)} requests offered, {Wording.Count(accounting.Completed)} completed, {Wording.Count(accounting.Failed)} failed, {Wording.Count(accounting.Skipped)} skipped. Completed a second: lowest {Wording.Significant(completed.Min(p => p.Value))}, highest {Wording.Significant(completed.Max(p => p.Value))}.",
            TimelineChart.Draw(id,
            [
                .. offers ? [new("offered", ChartColor.Ink, offered, Dashed: true)] : Array.Empty<Series>(),
                new("completed", ChartColor.Series(0), completed),
                new("failed", ChartColor.Series(1), failed),
                new("skipped", ChartColor.Series(2), skipped),
            ], Wording.Significant),
            [.. offers ? [new("ink dashed", "offered")] : Array.Empty<LegendEntry>(), new("series-1", "completed"), new("series-2", "failed"), new("series-3", "skipped")],
            new(
                ["From second", "Offered /s", "Completed /s", "Failed /s", "Skipped /s", "In flight", "p50", "p95", "p99"],
                [.. groups.Select((group, i) => (IReadOnlyList<string>)
                [
                    Wording.Count(group.FromSecond), offers ? Wording.Significant(offered[i].Value) : "–", Wording.Significant(completed[i].Value),
                    Wording.Significant(failed[i].Value), Wording.Significant(skipped[i].Value), Wording.Count(group.Members.Max(sample => sample.InFlight)),
                    Wording.Duration(group.Members.Max(sample => sample.P50)), Wording.Duration(group.Members.Max(sample => sample.P95)), Wording.Duration(group.Members.Max(sample => sample.P99)),
                ])],
                groups[0].Seconds == 1 ? null : $"Each row puts {groups[0].Seconds} seconds together: rates are their mean; in flight and percentiles are the worst second's."));
    }

    private static Figure Lag(string id, ScenarioResult scenario)
    {
        var groups = Downsampling.Groups(scenario.Timeline, sample => sample.Second, MostPoints);
        var lag = groups.Select(group => ((double)group.FromSecond, Value: group.Members.Max(sample => sample.LagP99?.TotalMilliseconds ?? 0))).ToList();
        var inFlight = groups.Select(group => group.Members.Max(sample => sample.InFlight)).ToList();
        return new(
            id,
            "Schedule lag",
            "How late the slowest hundredth of requests started (p99 of each second). It is part of the response time, so a late generator cannot flatter the server.",
            $"Median over time {Wording.Duration(TimeSpan.FromMilliseconds(lag.Select(p => p.Value).Order().ElementAt(lag.Count / 2)))}, worst second {Wording.Duration(TimeSpan.FromMilliseconds(lag.Max(p => p.Value)))}. At most {inFlight.Max()} requests in flight.",
            TimelineChart.Draw(id, [new("lag p99", ChartColor.Series(3), lag)], milliseconds => Wording.Duration(TimeSpan.FromMilliseconds(milliseconds))),
            [new("series-4", "lag p99")],
            new(["From second", "Lag p99", "In flight"], [.. lag.Select((p, i) => new[] { Wording.Significant(p.Item1), Wording.Duration(TimeSpan.FromMilliseconds(p.Value)), Wording.Count(inFlight[i]) })]));
    }
}
