using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Files;

/// <summary>The percentile distribution in the text form that HdrHistogram's plotters read, in milliseconds.</summary>
internal static class PercentileText
{
    /// <summary>Lines for each halving of the distance to 100%, as HdrHistogram's own default.</summary>
    private const int LinesPerHalving = 5;

    public static void Write(LatencyHistogram histogram, TextWriter writer)
    {
        writer.Write("       Value     Percentile TotalCount 1/(1-Percentile)\n\n");
        foreach (var percentile in Percentiles(histogram.Count).Append(100)) WriteLine(histogram, percentile, writer);
        var (mean, deviation) = (Milliseconds(histogram.Mean), Milliseconds(histogram.StandardDeviation));
        writer.Write($"#[Mean    = {mean,12:0.000}, StdDeviation   = {deviation,12:0.000}]\n");
        writer.Write($"#[Max     = {Milliseconds(histogram.Maximum),12:0.000}, Total count    = {histogram.Count,12}]\n");
    }

    /// <summary>From 0, ever closer to 100, until one request in so many can no longer be told apart.</summary>
    private static IEnumerable<double> Percentiles(long count)
    {
        for (var line = 0; ; line++)
        {
            var halvings = Math.Pow(2, line / LinesPerHalving);
            if (halvings > count) yield break;
            yield return 100 * (1 - ((1 - (line % LinesPerHalving / (2.0 * LinesPerHalving))) / halvings));
        }
    }

    private static void WriteLine(LatencyHistogram histogram, double percentile, TextWriter writer)
    {
        var value = histogram.NanosecondsAtPercentile(percentile);
        var within = histogram.Counts().TakeWhile(bucket => bucket.Nanoseconds <= value).Sum(bucket => bucket.Count);
        var rarity = percentile < 100 ? $" {100 / (100 - percentile),14:0.00}" : "";
        writer.Write($"{value / 1e6,12:0.000} {percentile / 100,14:0.000000000000} {within,10}{rarity}\n");
    }

    private static double Milliseconds(TimeSpan duration) => duration.TotalMilliseconds;
}
