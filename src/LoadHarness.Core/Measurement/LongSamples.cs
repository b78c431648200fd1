namespace LoadHarness.Core.Measurement;

/// <summary>Samples of several seconds from those of fewer: nothing is lost but the exact second.</summary>
public static class LongSamples
{
    /// <summary>Neighbours as one sample.</summary>
    /// <param name="neighbours">At least one, in order, without gaps.</param>
    /// <param name="times">The response times of all of them.</param>
    public static SecondSample Together(IReadOnlyList<SecondSample> neighbours, LatencyHistogram times) => new(
        neighbours[0].Second,
        neighbours.All(sample => sample.Offered is null) ? null : neighbours.Sum(sample => sample.Offered),
        neighbours.Sum(sample => sample.Completed),
        neighbours.Sum(sample => sample.Failed),
        neighbours.Sum(sample => sample.Skipped),
        neighbours.Max(sample => sample.InFlight),
        times.Percentile(50),
        times.Percentile(95),
        times.Percentile(99),
        neighbours.Max(sample => sample.LagP99),
        times.Count == 0 ? null : times.Encode())
    {
        Seconds = neighbours.Sum(sample => sample.Seconds),
        Loaded = TimeSpan.FromTicks(neighbours.Sum(sample => sample.Loaded.Ticks)),
    };

    /// <summary>The timeline in samples of so many seconds each; the last one may be shorter.</summary>
    /// <param name="seconds">A multiple of what each sample holds.</param>
    public static IReadOnlyList<SecondSample> Widened(IReadOnlyList<SecondSample> timeline, int seconds) =>
        timeline.All(sample => sample.Seconds == seconds)
            ? timeline
            : [.. timeline.GroupBy(sample => sample.Second / seconds).Select(same => Together([.. same]))];

    /// <summary>The timeline in samples as long as it takes to keep no more of them than a run may.</summary>
    public static IReadOnlyList<SecondSample> Bounded(IReadOnlyList<SecondSample> timeline)
    {
        while (timeline.Count > SecondSample.Most || (timeline.Count > 1 && TextOf(timeline) > SecondSample.MostText))
            timeline = Widened(timeline, 2 * timeline[0].Seconds);
        return timeline;
    }

    private static SecondSample Together(IReadOnlyList<SecondSample> neighbours)
    {
        return neighbours.Count == 1
            ? neighbours[0]
            : Together(neighbours, LatencyHistogram.DecodeAll(neighbours.Select(sample => sample.Buckets).OfType<string>()));
    }

    private static long TextOf(IReadOnlyList<SecondSample> timeline) => timeline.Sum(sample => (long)(sample.Buckets?.Length ?? 0));
}
