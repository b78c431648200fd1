using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>What pairs of slots say of how much slower B is than A, on the logarithmic scale: ln(B/A).</summary>
/// <param name="Mean">Of the winsorised pairs. 0: no difference; 0.095: B takes 10% longer.</param>
/// <param name="StandardError">Of <paramref name="Mean"/>, what two builds of the same code differ by included.</param>
/// <param name="DegreesOfFreedom">Of the t distribution that the mean follows.</param>
public sealed record PairedEstimate(int Pairs, double Mean, double StandardError, double DegreesOfFreedom)
{
    /// <param name="logRatios">ln(B/A) of each pair; at least one.</param>
    public static PairedEstimate Of(IReadOnlyList<double> logRatios, PairSpread spread)
    {
        var values = Winsorised(logRatios, spread.WinsoriseAt);
        var n = values.Count;
        var mean = values.Average();
        var own = n < 2 ? 0 : values.Sum(value => (value - mean) * (value - mean)) / (n - 1);
        var (variance, freedom) = Variance(own, n, spread);
        return new(n, mean, Math.Sqrt((variance / n) + (spread.Layout * spread.Layout)), freedom);
    }

    /// <summary>B over A: 1.15 says that B takes 15% longer.</summary>
    public double Ratio => FigureRange.Exp(Mean);

    /// <summary>The chance of pairs like these, or of worse ones, when B is not slower than A by more than <paramref name="by"/>.</summary>
    public double ChanceIfNotSlower(double by = 0) => StudentT.UpperTail((Mean - by) / StandardError, DegreesOfFreedom);

    /// <summary>As <see cref="ChanceIfNotSlower"/>, for a B that is faster.</summary>
    public double ChanceIfNotFaster(double by = 0) => StudentT.UpperTail((-by - Mean) / StandardError, DegreesOfFreedom);

    /// <summary>Two-sided interval of the ratio B over A.</summary>
    /// <param name="confidence">0.95, 0.99, ...</param>
    public ConfidenceInterval RatioInterval(double confidence)
    {
        var half = StudentT.UpperQuantile((1 - confidence) / 2, DegreesOfFreedom) * StandardError;
        return new(FigureRange.Exp(Mean - half), FigureRange.Exp(Mean + half));
    }

    // The prior keeps a few pairs that agree by chance from deciding. It never makes pairs look closer than they are, and where they
    // scatter twice as widely as it says, it is not of this machine, and they count alone.
    private static (double Variance, double Freedom) Variance(double own, int n, PairSpread spread)
    {
        var prior = spread.Prior * spread.Prior;
        if (own > 4 * prior) return (own, n - 1);
        var freedom = spread.PriorPairs + n - 1;
        return (Math.Max(own, ((spread.PriorPairs * prior) + ((n - 1) * own)) / freedom), freedom);
    }

    // A neighbour of the machine that takes a second of one slot makes one pair lie far out: it is moved in, not dropped.
    private static List<double> Winsorised(IReadOnlyList<double> values, double at)
    {
        const double normalDeviationsOfMad = 1.4826;
        var middle = Medians.Of(values);
        var reach = at * normalDeviationsOfMad * Medians.Of(values.Select(value => Math.Abs(value - middle)));
        return reach == 0 ? [.. values] : [.. values.Select(value => Math.Clamp(value, middle - reach, middle + reach))];
    }
}

/// <summary>What is known of the spread of pairs before the first one is measured. All on the scale of ln(B/A).</summary>
/// <param name="Prior">Standard deviation of one pair on identical arms.</param>
/// <param name="PriorPairs">How many pairs the prior counts for: without it, four pairs that agree by chance would decide.</param>
/// <param name="Layout">Standard deviation between two processes of the same code, which more pairs do not average out.</param>
/// <param name="WinsoriseAt">In standard deviations by the median absolute deviation.</param>
public sealed record PairSpread(double Prior = 0.08, double PriorPairs = 30, double Layout = 0.005, double WinsoriseAt = 2.5);
