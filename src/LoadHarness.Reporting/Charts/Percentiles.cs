using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>A percentile needs samples beyond it: of 10 requests the slowest is no p99.</summary>
internal static class Percentiles
{
    /// <summary>Whether so many samples hold at least one beyond the percentile.</summary>
    public static bool Reach(long samples, double percentile) => percentile >= 100
        ? samples > 0
        : samples * (100 - percentile) / 100 >= 1 - 1e-9;

    /// <summary>
    /// How slow an operation is beside others: the highest percentile up to the 95th that its samples reach, else the mean.
    /// </summary>
    public static TimeSpan Slowness(LatencySummary times)
    {
        TimeSpan? Reached(double percentile, TimeSpan? figure) => Reach(times.Count, percentile) ? figure : null;
        return Reached(95, times.P95) ?? Reached(90, times.P90) ?? Reached(50, times.P50) ?? times.Mean ?? TimeSpan.Zero;
    }

    public static string Words(LatencyHistogram histogram, double percentile) =>
        Reach(histogram.Count, percentile) ? Format.Duration(histogram.Percentile(percentile)) : "–";

    /// <param name="figure">Older files have one even where the samples do not reach it.</param>
    public static string Words(long samples, double percentile, TimeSpan? figure) => figure is { } reached
        && Reach(samples, percentile) ? Format.Duration(reached) : "–";
}
