using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void An_encoded_histogram_decodes_to_the_same_percentiles()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 10_000; i++) histogram.Record(TimeSpan.FromMicroseconds(i));

        var decoded = LatencyHistogram.Decode(histogram.Encode());

        Assert.Equal(histogram.Count, decoded.Count);
        Assert.Equal(histogram.Percentile(99.9), decoded.Percentile(99.9));
        Assert.Equal(LatencySummary.Of(histogram), LatencySummary.Of(decoded));
    }

    [Theory]
    [InlineData(50, 5_000)]
    [InlineData(99, 9_900)]
    public void A_percentile_is_within_a_thousandth_of_the_sorted_one(double percentile, int microseconds)
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 10_000; i++) histogram.Record(TimeSpan.FromMicroseconds(i));

        var error = histogram.Percentile(percentile).TotalMicroseconds / microseconds - 1;

        Assert.InRange(error, -0.001, 0.001);
    }
}
