using System.Runtime.CompilerServices;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>Some neighbouring seconds with the response times of all requests completed in them.</summary>
internal sealed record Stretch(int From, int Seconds, LatencyHistogram Histogram)
{
    /// <summary>Finer is invisible at the width of a page.</summary>
    private const int Finest = 120;

    // Decoding an hour of seconds is most of the work of a page, and three charts need it.
    private static readonly ConditionalWeakTable<ScenarioResult, IReadOnlyList<Stretch>> Decoded = [];

    /// <param name="mostStretches">At most so many.</param>
    /// <param name="leastRequests">So many requests on average in each: a percentile of three requests is none.</param>
    /// <param name="drained">Also what ended after the load: there the slowest requests are, and of others none.</param>
    public static IReadOnlyList<Stretch> Of(ScenarioResult scenario, int mostStretches, int leastRequests, bool drained = false)
    {
        IReadOnlyList<Stretch> finest = Decoded.GetValue(scenario, OfFinest);
        if (!drained && finest.Count > 0 && Charts.Seconds.Whole(scenario)[^1].Second is var last && finest[^1].From > last)
            finest = [.. finest.Where(stretch => stretch.From <= last)];
        if (finest.Count == 0) return [];
        var asked = (int)Math.Clamp(finest.Sum(stretch => stretch.Histogram.Count) / leastRequests, 1, Math.Min(mostStretches, Finest));
        var together = (int)Math.Ceiling((finest[^1].From / finest[0].Seconds + 1) / (double)asked);
        return together == 1 ? finest : [.. finest.GroupBy(stretch => stretch.From / finest[0].Seconds / together)
            .Select(group => Merge(group.Key * together * finest[0].Seconds, together * finest[0].Seconds, group))];
    }

    /// <summary>Of one operation; nothing in older runs.</summary>
    public static IReadOnlyList<Stretch> Of(OperationResult operation, int mostStretches)
    {
        if (operation.Timeline.Count == 0) return [];
        var width = operation.Timeline[0].Seconds;
        var together = Math.Max(1, (int)Math.Ceiling(((operation.Timeline[^1].Second / width) + 1) / (double)mostStretches));
        return [.. operation.Timeline.GroupBy(stretch => stretch.Second / width / together).Select(group => Merge(
            group.Key * together * width, together * width,
            group.Select(stretch => new Stretch(stretch.Second, width, LatencyHistogram.Decode(stretch.Buckets)))))];
    }

    private static IReadOnlyList<Stretch> OfFinest(ScenarioResult scenario) =>
        [.. Downsampling.Groups(scenario.Timeline, Finest)
            .Select(group => new Stretch(group.FromSecond, group.Seconds, Merge(group.Members)))
            .Where(stretch => stretch.Histogram.Count > 0)];

    private static Stretch Merge(int from, int seconds, IEnumerable<Stretch> stretches)
    {
        var merged = new LatencyHistogram();
        foreach (var stretch in stretches) merged.Add(stretch.Histogram);
        return new(from, seconds, merged);
    }

    private static LatencyHistogram Merge(IReadOnlyList<SecondSample> seconds) =>
        LatencyHistogram.DecodeAll(seconds.Select(second => second.Buckets).OfType<string>());
}

internal static class Seconds
{
    /// <summary>Without a last sample that the end of the load cut short: it would draw a fall that never was.</summary>
    public static IReadOnlyList<SecondSample> Whole(ScenarioResult scenario)
    {
        var whole = scenario.Timeline.Where(
            sample => sample.Loaded >= TimeSpan.FromSeconds(sample.Seconds)
                && sample.Second + sample.Seconds <= scenario.Measured.TotalSeconds + 0.05).ToList();
        return whole.Count > 0 ? whole : scenario.Timeline;
    }

    /// <summary>How many a second, of what samples of one scenario counted.</summary>
    public static double Rate(IReadOnlyCollection<SecondSample> samples, Func<SecondSample, double> count) =>
        samples.Sum(count) / samples.Sum(sample => (double)sample.Seconds);
}
