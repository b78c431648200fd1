using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>The charts of one scenario. What has no meaning for its load model, or for so few seconds, is not drawn.</summary>
internal static class ScenarioFigures
{
    /// <summary>Points along a line: more are invisible at the width of a page.</summary>
    public const int MostPoints = 120;

    /// <summary>Below so many whole seconds a line over time says nothing.</summary>
    private const int FewSeconds = 3;

    /// <summary>Where a page has many scenarios, a generator that kept its schedule is said in the table and not drawn.</summary>
    private const int FewPoints = 40;
    private static readonly TimeSpan LagWorthDrawing = TimeSpan.FromMilliseconds(5);

    /// <summary>For a percentile over time: below so many the 95th is only the slowest.</summary>
    public const int LeastRequests = 40;

    /// <param name="points">Fewer where a page has many scenarios.</param>
    public static IEnumerable<Chart> Of(string id, ScenarioResult scenario, TimeSpan? limit, int points)
    {
        if (RequestChart.Of($"{id}-requests", scenario, limit) is { } requests)
        {
            yield return requests;
            // Those that did not complete have no dot: when they failed, their rate says.
            if (scenario.Accounting.Completed < scenario.Accounting.Scheduled && Seconds.Whole(scenario).Count >= FewSeconds)
                yield return Rates($"{id}-rates", scenario, points);
            yield break;
        }
        if (SpectrumChart.Of($"{id}-spectrum", scenario, limit) is { } spectrum) yield return spectrum;
        if (HeatMapChart.Of($"{id}-heat", scenario, points, limit) is { } heat) yield return heat;
        if (Seconds.Whole(scenario).Count < FewSeconds) yield break;
        yield return Rates($"{id}-rates", scenario, points);
        if (Percentiles($"{id}-percentiles", scenario, limit, points) is { } percentiles) yield return percentiles;
        if (scenario.Model == LoadModel.Open && scenario.Timeline.Any(sample => sample.LagP99 is not null)
            && (points >= FewPoints || WorstLag(scenario) >= LagWorthDrawing)) yield return Lag($"{id}-lag", scenario, points);
    }

    private static TimeSpan WorstLag(ScenarioResult scenario) => scenario.Timeline.Max(sample => sample.LagP99) ?? TimeSpan.Zero;

    public static ClockAxis Clock(ScenarioResult scenario) =>
        new(0, Math.Max(1, Seconds.Whole(scenario).Select(sample => (double)sample.Second + sample.Seconds).DefaultIfEmpty(1).Max()));

    /// <summary>Each operation by itself: where its requests lay, with its p95 where there are enough of them.</summary>
    /// <param name="columns">At most so many across.</param>
    public static Chart? OfOperation(string id, ScenarioResult scenario, OperationResult operation, TimeSpan? limit, int columns)
    {
        var stretches = Stretch.Of(scenario, operation, columns);
        if (stretches.Count(stretch => !stretch.IsEmpty) < FewSeconds) return null;
        var (requests, seconds) = (stretches.Sum(stretch => stretch.Histogram.Count), stretches[0].Seconds);
        var p95 = stretches.Select(stretch =>
            (Second: stretch.From + (seconds / 2.0), Value: stretch.Percentile(95, LeastRequests))).ToList();
        return HeatMapChart.Of(
            id, OperationPath.Of(scenario.Name, operation.Name), operation.Name,
            $"{Format.Count(requests)} requests of this operation.", stretches, columns, limit,
            p95.Count(point => Axis.Drawable(point.Value)) < FewSeconds ? [] : [new("p95", Tone.Series(1), p95)]);
    }

    public static Chart? Percentiles(string id, ScenarioResult scenario, TimeSpan? limit, int points = MostPoints)
    {
        var stretches = Stretch.Of(scenario, points, LeastRequests);
        var filled = stretches.Where(stretch => !stretch.IsEmpty).ToList();
        if (filled.Count < FewSeconds) return null;
        var worst = filled.MaxBy(stretch => stretch.Histogram.Percentile(95))!;
        var lines = Lines(stretches, 0);
        return new(
            id,
            "Percentiles over time",
            $"All operations together, each {Format.Duration(TimeSpan.FromSeconds(stretches[0].Seconds))} by itself.",
            $"Worst p95 in the {stretches[0].Seconds} s from second {worst.From}: {Format.Duration(worst.Histogram.Percentile(95))}. "
                + $"Median of the p95: {Format.Duration(Middle(filled.Select(stretch => stretch.Histogram.Percentile(95))))}.",
            new TimelineChart(Clock(scenario), lines)
            {
                Label = LogAxis.Milliseconds, ClockName = "scenario", Logarithmic = true, Limit = limit?.TotalMilliseconds,
                LimitWords = limit is { } line ? $"limit {Format.Limit(line)}" : "",
            }.ToSvg($"p50, p95 and p99 of {scenario.Name} over time."),
            [.. lines.Select(line => new LegendEntry(line.Tone, line.Name)),
                .. limit is null ? Array.Empty<LegendEntry>() : [new(Tone.Limit, "limit")]],
            new(["From second", "Requests", "p50", "p95", "p99"], [.. stretches.Select(stretch => (IReadOnlyList<string>)
                [Format.Count(stretch.From), Format.Count(stretch.Histogram.Count),
                    .. new[] { 50.0, 95, 99 }.Select(percentile => stretch.Words(histogram => histogram.Percentile(percentile)))])]));
    }

    /// <summary>p99, p95 and p50 of each stretch, broken where no request completed.</summary>
    /// <param name="start">Second of the axis at which the scenario began.</param>
    public static IReadOnlyList<Series> Lines(IReadOnlyList<Stretch> stretches, double start)
    {
        List<(double, double)> Line(double percentile) =>
            [.. stretches.Select(stretch => (start + stretch.From, stretch.Percentile(percentile)))];
        return [new("p99", Tone.Series(1), Line(99)), new("p95", Tone.Series(0), Line(95)), new("p50", Tone.Series(2), Line(50))];
    }

    private static Chart Rates(string id, ScenarioResult scenario, int points)
    {
        var groups = Downsampling.Groups(Seconds.Whole(scenario), points);
        List<(double Second, double Value)> Line(Func<SecondSample, double> count) =>
            [.. groups.Select(group => ((double)group.FromSecond, Seconds.Rate(group.Members, count)))];
        List<(double Second, double Value)> inFlight =
            [.. groups.Select(group => ((double)group.FromSecond, group.Members.Average(sample => sample.InFlight)))];
        var lines = new List<Series>();
        // In the closed model nothing is offered: users ask when they are ready.
        if (scenario.Model == LoadModel.Open)
            lines.Add(new("offered", Tone.Ink with { Dash = "4 3" }, Line(sample => sample.Offered ?? 0)));
        lines.Add(new("completed", Tone.Series(0), Line(sample => sample.Completed)));
        if (scenario.Accounting.Failed > 0) lines.Add(new("failed", Tone.Series(1), Line(sample => sample.Failed)));
        if (scenario.Accounting.Skipped > 0) lines.Add(new("skipped", Tone.Series(2), Line(sample => sample.Skipped)));
        lines.Add(new("in flight", Tone.Series(3), inFlight));
        var accounting = scenario.Accounting;
        return new(
            id,
            scenario.Model == LoadModel.Open
                ? "Requests offered and completed a second, and in flight"
                : "Requests completed a second, and in flight",
            (scenario.Model == LoadModel.Open
                ? "Where completed stays below offered, the server did not keep up."
                : "Users ask again when they have their answer.") + Together(groups[0].Seconds, "their mean is drawn"),
            $"{Format.Count(accounting.Scheduled)} requests, {Format.Count(accounting.Completed)} completed, "
                + $"{Format.Count(accounting.Failed)} failed, {Format.Count(accounting.Skipped)} skipped"
                + (accounting.InFlight > 0 ? $", {Format.Count(accounting.InFlight)} without an answer" : "")
                + $". At most {Requests(scenario.Timeline.Max(sample => sample.InFlight))} in flight.",
            new TimelineChart(Clock(scenario), lines)
            {
                // In flight is a count, and no rate.
                Label = Format.Significant,
                ClockName = "scenario",
            }.ToSvg($"Rates of {scenario.Name} over time."),
            [.. lines.Select(line => new LegendEntry(line.Tone, line.Name))],
            new(["From second", .. lines.Select(line => line.Name)],
                [.. groups.Select((group, i) =>
                (IReadOnlyList<string>)[Format.Count(group.FromSecond),
                .. lines.Select(line => Format.Significant(line.Points[i].Value))])]));
    }

    private static Chart Lag(string id, ScenarioResult scenario, int points)
    {
        var groups = Downsampling.Groups(Seconds.Whole(scenario), points);
        var lag = groups.Select(group =>
            ((double)group.FromSecond, Value: group.Members.Max(sample => sample.LagP99?.TotalMilliseconds ?? 0))).ToList();
        return new(
            id,
            "Schedule lag",
            "How late the slowest hundredth of requests started. It is part of response times.",
            $"Median over time {Milliseconds(lag.Select(p => p.Value).Order().ElementAt(lag.Count / 2))}, worst second "
                + $"{Milliseconds(lag.Max(p => p.Value))}.",
            new TimelineChart(Clock(scenario), [new("lag p99", Tone.Series(3), lag)])
            {
                Label = Milliseconds,
                ClockName = "scenario",
                Height = 100,
            }.ToSvg($"Schedule lag of {scenario.Name} over time."),
            [new(Tone.Series(3), "lag p99")],
            new(["From second", "Lag p99"], [.. lag.Select(p => new[] { Format.Significant(p.Item1), Milliseconds(p.Value) })]));
    }

    public static string Milliseconds(double value) => Format.Duration(TimeSpan.FromMilliseconds(Math.Min(value, 1e12)));

    private static TimeSpan Middle(IEnumerable<TimeSpan> times) => times.Order()
        .ToList() is { Count: > 0 } sorted ? sorted[sorted.Count / 2] : TimeSpan.Zero;

    private static string Requests(long count) => count == 1 ? "1 request" : $"{Format.Count(count)} requests";

    /// <summary>What a line is made of where that is more than a second.</summary>
    public static string Together(int seconds, string how) => seconds == 1 ? "" : $" {seconds} seconds are put together; {how}.";
}
