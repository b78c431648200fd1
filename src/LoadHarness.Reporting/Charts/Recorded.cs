using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

internal static class Recorded
{
    /// <summary>Every duration that a histogram holds with the number of times it was recorded, shortest first.</summary>
    public static IEnumerable<(TimeSpan Duration, long Count)> In(LatencyHistogram histogram) =>
        histogram.Counts().Select(bucket => (TimeSpan.FromTicks(bucket.Nanoseconds / TimeSpan.NanosecondsPerTick), bucket.Count));
}
