using System.Runtime.CompilerServices;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>Some neighbouring seconds with the response times of all requests completed in them, which may be none.</summary>
internal sealed record Stretch(int From, int Seconds, LatencyHistogram Histogram)
{
    private static readonly LatencyHistogram Nothing = new();

    /// <summary>Finer is invisible at the width of a page.</summary>
    private const int Finest = 120;

    // Decoding an hour of seconds is most of the work of a page, and three charts need it.
    private static readonly ConditionalWeakTable<ScenarioResult, IReadOnlyList<Stretch>> Decoded = [];

    public bool IsEmpty => Histogram.Count == 0;

    /// <summary>In milliseconds; no number where fewer requests completed: a line is broken there, and not drawn across.</summary>
    public double Percentile(double percentile, int leastRequests = 1) =>
        Histogram.Count >= leastRequests ? Histogram.Percentile(percentile).TotalMilliseconds : double.NaN;

    /// <summary>A dash where nothing completed.</summary>
    public string Words(Func<LatencyHistogram, TimeSpan> figure) => IsEmpty ? "–" : Format.Duration(figure(Histogram));

    /// <summary>
    /// From the first second of the load to its last: where no request completed, such as while the server stood still, there are stretches
    /// without any.
    /// </summary>
    /// <param name="mostStretches">At most so many.</param>
    /// <param name="leastRequests">So many requests on average in each: a percentile of three requests is none.</param>
    /// <param name="drained">Also what ended after the load: there the slowest requests are, and of others none.</param>
    /// <returns>Nothing where no response time was recorded.</returns>
    public static IReadOnlyList<Stretch> Of(ScenarioResult scenario, int mostStretches, int leastRequests, bool drained = false)
    {
        IReadOnlyList<Stretch> finest = Decoded.GetValue(scenario, OfFinest);
        var end = Charts.Seconds.End(scenario);
        if (!drained && finest.Count > 0 && finest[^1].From >= end) finest = [.. finest.Where(stretch => stretch.From < end)];
        if (finest.Count == 0) return [];
        var asked = (int)Math.Clamp(finest.Sum(stretch => stretch.Histogram.Count) / leastRequests, 1, Math.Min(mostStretches, Finest));
        return Together(finest, end, asked);
    }

    /// <summary>Of one operation, as those of a scenario; nothing in older runs.</summary>
    public static IReadOnlyList<Stretch> Of(ScenarioResult scenario, OperationResult operation, int mostStretches) =>
        operation.Timeline.Count == 0 ? [] : Together(
            [.. operation.Timeline.Select(stretch =>
                new Stretch(stretch.Second, stretch.Seconds, LatencyHistogram.Decode(stretch.Buckets)))],
            Charts.Seconds.End(scenario), mostStretches);

    /// <summary>Neighbours are put together until there are no more than asked for, and the gaps between them are filled.</summary>
    /// <param name="recorded">Those with requests, all of one length, in order.</param>
    private static IReadOnlyList<Stretch> Together(IReadOnlyList<Stretch> recorded, double end, int asked)
    {
        var width = recorded[0].Seconds;
        var slots = Math.Ceiling(Math.Max(end, (double)recorded[^1].From + width) / width);
        var each = (int)Math.Ceiling(slots / asked);
        var seconds = width * each;
        var groups = recorded.ToLookup(stretch => stretch.From / seconds);
        return [.. Enumerable.Range(0, (int)Math.Ceiling(slots / each))
            .Select(index => Merge(index * seconds, seconds, [.. groups[index]]))];
    }

    private static IReadOnlyList<Stretch> OfFinest(ScenarioResult scenario) =>
        [.. Downsampling.Groups(scenario.Timeline, Finest)
            .Select(group => new Stretch(group.FromSecond, group.Seconds, Merge(group.Members)))
            .Where(stretch => stretch.Histogram.Count > 0)];

    private static Stretch Merge(int from, int seconds, IReadOnlyList<Stretch> stretches)
    {
        if (stretches.Count == 0) return new(from, seconds, Nothing);
        if (stretches is [var only]) return only with { From = from, Seconds = seconds };
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

    /// <summary>Where the last whole sample ends.</summary>
    public static double End(ScenarioResult scenario) =>
        Whole(scenario) is [.., var last] ? (double)last.Second + last.Seconds : 0;

    /// <summary>How many a second, of what samples of one scenario counted.</summary>
    public static double Rate(IReadOnlyCollection<SecondSample> samples, Func<SecondSample, double> count) =>
        samples.Sum(count) / samples.Sum(sample => (double)sample.Seconds);
}
