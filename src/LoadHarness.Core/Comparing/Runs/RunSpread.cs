using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>
/// The interval of a ratio of two single runs. What was sampled within each run is one part of its width; the other is what two runs of the
/// same code differ by anyway, which no number of requests within one run shows. It is taken from what is known of pairs.
/// </summary>
public static class RunSpread
{
    private const double Confidence = 0.95;

    private static readonly PairedEstimate SamePair = PairedEstimate.Of([0], new());

    /// <summary>Two runs of the same code differ by up to this factor, with 95%.</summary>
    public static double OfSame { get; } = SamePair.RatioInterval(Confidence).High;

    /// <param name="a">The figure of A with its own interval.</param>
    /// <returns>Null where a figure or an end of an interval is not above zero.</returns>
    public static ConfidenceInterval? Of(
        (double Figure, ConfidenceInterval Interval) a, (double Figure, ConfidenceInterval Interval) b)
    {
        if (!IsUsable(a) || !IsUsable(b)) return null;
        var (ratio, pair) = (Math.Log(b.Figure / a.Figure), Math.Log(OfSame));
        var down = Width(Math.Log(b.Figure / b.Interval.Low), Math.Log(a.Interval.High / a.Figure), pair);
        var up = Width(Math.Log(b.Interval.High / b.Figure), Math.Log(a.Figure / a.Interval.Low), pair);
        return new(Math.Exp(ratio - down), Math.Exp(ratio + up));
    }

    private static bool IsUsable((double Figure, ConfidenceInterval Interval) one) =>
        one.Figure > 0 && one.Interval.Low > 0 && one.Interval.IsFinite && double.IsFinite(one.Figure)
            && one.Interval.Low <= one.Figure && one.Figure <= one.Interval.High;

    // Independent errors on the logarithmic scale add up by their squares.
    private static double Width(params double[] parts) => Math.Sqrt(parts.Sum(part => part * part));
}
