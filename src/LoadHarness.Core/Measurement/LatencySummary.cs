using System.Text.Json.Serialization;
using LoadHarness.Core.Output;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// The percentiles a reader wants, with the whole histogram next to them so that others can be taken later. A percentile that lies beyond
/// the samples is null: of three samples there is no p95.
/// </summary>
/// <param name="Encoded">The histogram as <see cref="LatencyHistogram.Encode"/> writes it.</param>
public sealed record LatencySummary(
    long Count,
    TimeSpan? Minimum,
    TimeSpan? Mean,
    TimeSpan? P50,
    TimeSpan? P90,
    TimeSpan? P95,
    TimeSpan? P99,
    TimeSpan? P999,
    TimeSpan? Maximum,
    [property: JsonConverter(typeof(WholeText))] string Encoded)
{
    public static LatencySummary Of(LatencyHistogram histogram)
    {
        var isEmpty = histogram.Count == 0;
        return new(
            histogram.Count,
            isEmpty ? null : histogram.Minimum,
            isEmpty ? null : histogram.Mean,
            histogram.PercentileWithin(50),
            histogram.PercentileWithin(90),
            histogram.PercentileWithin(95),
            histogram.PercentileWithin(99),
            histogram.PercentileWithin(99.9),
            isEmpty ? null : histogram.Maximum,
            histogram.Encode());
    }
}
