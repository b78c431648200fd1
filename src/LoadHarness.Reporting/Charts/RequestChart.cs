using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// Each request of a scenario that made only a few, such as imports: when it ended and how long it took. Percentiles and a heat map of so
/// few would say less, and hide some. Of a request that did not complete nothing is known but that: it is named, and has no dot.
/// </summary>
internal static class RequestChart
{
    /// <summary>Up to here each request is a dot of its own.</summary>
    private const int FewRequests = 30;

    /// <summary>
    /// Null where more of them were scheduled, whatever became of them, where none completed, and where an older run does not say when they
    /// ended.
    /// </summary>
    public static Chart? Of(string id, ScenarioResult scenario, TimeSpan? limit)
    {
        if (scenario.Accounting.Scheduled > FewRequests) return null;
        var ended = scenario.Timeline.Where(sample => sample.Buckets is not null)
            .SelectMany(sample => Recorded.In(LatencyHistogram.Decode(sample.Buckets!))
                .SelectMany(recorded => Enumerable.Repeat(
                    (sample.Second, sample.Seconds, recorded.Duration), (int)Math.Min(recorded.Count, FewRequests + 1))))
            .Take(FewRequests + 1).ToList();
        if (ended.Count is 0 or > FewRequests) return null;
        var times = ended.Select(request => request.Duration).ToList();
        return new(
            id,
            "Each request",
            "Each dot is one request that completed: when it ended, and how long it took.",
            $"{Format.Counted(ended.Count, "request")} from {Format.Duration(times.Min())} to {Format.Duration(times.Max())}, mean "
                + $"{Format.Duration(times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time) / times.Count)}."
                + WithoutDot(scenario.Accounting),
            Draw(scenario, ended, limit),
            [new(Tone.Series(0), "one request", Mark.Dot), .. limit is null ? Array.Empty<LegendEntry>() : [new(Tone.Limit, "limit")]],
            new([ended[0].Seconds == 1 ? "Ended in second" : $"Ended in the {ended[0].Seconds} s from second", "Response time"],
                [.. ended.Select(request => new[] { Format.Count(request.Second), Format.Duration(request.Duration) })]));
    }

    private static string WithoutDot(Accounting accounting)
    {
        var counts = new[]
        {
            (Count: accounting.Failed, Word: "failed"), (Count: accounting.Skipped, Word: "skipped"),
            (Count: accounting.InFlight, Word: "without an answer"),
        };
        var named = counts.Where(count => count.Count > 0)
            .Select(count => $"{Format.Count(count.Count)} of {Format.Count(accounting.Scheduled)} {count.Word}").ToList();
        return named.Count == 0 ? "" : $" Without a dot: {string.Join(", ", named)}.";
    }

    private static string Draw(ScenarioResult scenario, List<(int Second, int Seconds, TimeSpan Duration)> ended, TimeSpan? limit)
    {
        var times = ended.Select(request => request.Duration.TotalMilliseconds);
        var drawing = new Drawing(150, new ClockAxis(0, ended[^1].Second + ended[^1].Seconds),
            LogAxis.OfMilliseconds(limit is { } shown ? times.Append(shown.TotalMilliseconds) : times)).Grid().Ticks();
        foreach (var (second, seconds, duration) in ended)
            drawing.Dot(second + (seconds / 2.0), duration.TotalMilliseconds, Tone.Series(0));
        if (limit is { } line) drawing.Level(line.TotalMilliseconds, $"limit {Format.Limit(line)}", Tone.Limit);
        return drawing.ToSvg($"Each request of {scenario.Name}.", "scenario");
    }
}
