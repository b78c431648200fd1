using LoadHarness.Core.Comparing;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Proving;

/// <summary>From ratios of operations to the figure of a claim.</summary>
public static class ProofArithmetic
{
    private const double Confidence = 0.95;

    /// <summary>An arithmetic mean of ratios would depend on which arm is the divisor.</summary>
    /// <exception cref="ArgumentException">There is no ratio, or one is not positive.</exception>
    public static double GeometricMean(IReadOnlyCollection<double> ratios) => ratios.Count > 0
        && ratios.All(ratio => ratio > 0 && double.IsFinite(ratio))
        ? Math.Exp(ratios.Average(Math.Log))
        : throw new ArgumentException("A geometric mean needs positive ratios, at least one.", nameof(ratios));

    /// <returns>Null where there is none.</returns>
    public static ProvenOperation? Worst(IEnumerable<ProvenOperation> operations) => operations.MaxBy(operation => operation.Ratio);

    /// <summary>The ratio of two mixes: every operation counts by its weight, and by what it costs.</summary>
    public static double OfMix(IReadOnlyCollection<ProvenOperation> operations) =>
        operations.Sum(operation => operation.Weight * operation.Optimized) / operations.Sum(
            operation => operation.Weight * operation.Careful);

    /// <summary>
    /// A ratio of optimized over baseline as the claim words it: percent saved, or times better; within what a record may hold.
    /// </summary>
    public static double Figure(double ratio, string unit) =>
        FigureRange.Clamp(unit == "x" ? 1 / ratio : 100 * (1 - ratio));

    public static ConfidenceInterval Figure(ConfidenceInterval ratio, string unit) =>
        new(Figure(ratio.High, unit), Figure(ratio.Low, unit));

    /// <summary>Of one operation by its pairs: ln(optimized / C).</summary>
    public static (double Ratio, ConfidenceInterval Interval) OfPairs(IReadOnlyList<double> logRatios)
    {
        var estimate = PairedEstimate.Of(logRatios, new());
        return (estimate.Ratio, estimate.RatioInterval(Confidence));
    }

    /// <summary>The geometric mean over operations, pair by pair: what disturbs a whole pair disturbs its operations together.</summary>
    /// <param name="logRatios">Of each operation. Where one has more pairs than another, neighbours of it count as one.</param>
    public static (double Ratio, ConfidenceInterval Interval) OfOperations(IReadOnlyList<IReadOnlyList<double>> logRatios)
    {
        var fewest = logRatios.Min(operation => operation.Count);
        return OfPairs([.. Enumerable.Range(0, fewest).Select(pair => logRatios.Average(operation => Joined(operation, pair, fewest)))]);
    }

    /// <summary>Of what was counted: around the ratio of all calls, by how far the ratios of its batches scatter.</summary>
    /// <param name="logRatios">ln(optimized / C) of each batch of calls with the same arguments on both arms.</param>
    /// <returns>Null where there are too few batches for one, or all of them agree.</returns>
    public static ConfidenceInterval? OfBatches(double ratio, IReadOnlyList<double> logRatios)
    {
        if (logRatios.Count < ClaimJudge.FewestPairs || Intervals.OfMean(logRatios) is not { } interval || interval.Low >= interval.High)
            return null;
        var mean = logRatios.Average();
        return new(ratio * FigureRange.Exp(interval.Low - mean), ratio * FigureRange.Exp(interval.High - mean));
    }

    /// <summary>A figure of one of fewer places: where an operation has more pairs than another, neighbours of it count as one.</summary>
    internal static double Joined(IReadOnlyList<double> pairs, int place, int places) =>
        pairs.Where((_, pair) => pair * places / pairs.Count == place).Average();
}
