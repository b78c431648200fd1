using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Statistics;

/// <summary>
/// 95% confidence intervals, in the unit of the caller's choice. Those of percentiles are of <see cref="ResponseTimes"/>.
/// </summary>
public static class Intervals
{
    /// <summary>Two-sided 95% of the normal distribution.</summary>
    internal const double NormalQuantile = 1.959964;

    /// <summary>Outside a two-sided interval of 95%, to either side.</summary>
    internal const double Tail = 0.025;

    /// <summary>Of the mean of a few repetitions, by Student's t. Null below two samples.</summary>
    public static ConfidenceInterval? OfMean(LatencyHistogram histogram, Func<TimeSpan, double> unit)
    {
        if (histogram.Count < 2) return null;
        var sampleDeviation = unit(histogram.StandardDeviation) * Math.Sqrt(histogram.Count / (histogram.Count - 1.0));
        var halfWidth = StudentT.UpperQuantile(Tail, histogram.Count - 1) * sampleDeviation / Math.Sqrt(histogram.Count);
        var mean = unit(histogram.Mean);
        return new(Math.Max(0, mean - halfWidth), mean + halfWidth);
    }

    /// <summary>Of the mean of a few independent figures, by Student's t. Null below two.</summary>
    public static ConfidenceInterval? OfMean(IReadOnlyList<double> figures)
    {
        if (figures.Count < 2) return null;
        var mean = figures.Average();
        var deviation = Math.Sqrt(figures.Sum(figure => (figure - mean) * (figure - mean)) / (figures.Count - 1));
        var halfWidth = StudentT.UpperQuantile(Tail, figures.Count - 1) * deviation / Math.Sqrt(figures.Count);
        return new(mean - halfWidth, mean + halfWidth);
    }

    /// <summary>Of the median of a few figures, without assuming a distribution. Null below about eight.</summary>
    public static ConfidenceInterval? OfMedian(IEnumerable<double> figures)
    {
        var sorted = figures.Order().ToList();
        var spread = NormalQuantile * Math.Sqrt(sorted.Count) / 2;
        var (low, high) = ((int)Math.Floor((sorted.Count / 2.0) - spread), (int)Math.Ceiling((sorted.Count / 2.0) + spread + 1));
        return low < 1 || high > sorted.Count ? null : new(sorted[low - 1], sorted[high - 1]);
    }
}
