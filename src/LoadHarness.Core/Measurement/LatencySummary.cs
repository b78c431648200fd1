namespace LoadHarness.Core.Measurement;

/// <summary>The percentiles a reader wants, with the whole histogram beside them so that others can be taken later.</summary>
/// <param name="Encoded">The histogram as <see cref="LatencyHistogram.Encode"/> writes it.</param>
public sealed record LatencySummary(
    long Count,
    TimeSpan Minimum,
    TimeSpan Mean,
    TimeSpan P50,
    TimeSpan P90,
    TimeSpan P95,
    TimeSpan P99,
    TimeSpan P999,
    TimeSpan Maximum,
    string Encoded)
{
    public static LatencySummary Of(LatencyHistogram histogram) => new(
        histogram.Count,
        histogram.Minimum,
        histogram.Mean,
        histogram.Percentile(50),
        histogram.Percentile(90),
        histogram.Percentile(95),
        histogram.Percentile(99),
        histogram.Percentile(99.9),
        histogram.Maximum,
        histogram.Encode());
}
