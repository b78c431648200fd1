namespace LoadHarness.Core.Comparing;

/// <summary>
/// Decides after 4, 8, 12, ... pairs whether B is slower than A, faster, or the same within the margin. Looking early and often costs: each
/// look spends a share of the false alarms that a whole comparison may have.
/// </summary>
/// <param name="Metrics">How many metrics one comparison judges: they share the false alarms.</param>
public sealed record SequentialTest(int Metrics)
{
    /// <summary>Pairs at each look, and the share of the false alarms that it may spend.</summary>
    private static readonly (int Pairs, double Share)[] Plan =
        [(4, 0.02), (8, 0.10), (12, 0.15), (16, 0.18), (20, 0.18), (24, 0.18), (32, 0.19)];

    public static IReadOnlyList<int> Looks { get; } = [.. Plan.Select(look => look.Pairs)];

    public static int MostPairs => Plan[^1].Pairs;

    /// <summary>Chance that identical arms raise one alarm or more, over all metrics and looks.</summary>
    public double FalseAlarms { get; init; } = 0.01;

    /// <summary>A smaller change is never an alarm, however sure it is.</summary>
    public double SmallestChange { get; init; } = 1.04;

    /// <summary>The same: the interval lies inside this factor.</summary>
    public double Margin { get; init; } = 1.10;

    public double Confidence { get; init; } = 0.98;

    public PairSpread Spread { get; init; } = new();

    /// <param name="logRatios">ln(B/A) of the pairs so far, as many as a look asks for.</param>
    /// <exception cref="ArgumentException">The number of pairs is no look.</exception>
    public ComparedMetric Look(IReadOnlyList<double> logRatios)
    {
        var look = Array.FindIndex(Plan, planned => planned.Pairs == logRatios.Count);
        if (look < 0)
            throw new ArgumentException($"{logRatios.Count} pairs; looks come after {string.Join(", ", Looks)}.", nameof(logRatios));

        var estimate = PairedEstimate.Of(logRatios, Spread);
        return new(estimate, Decide(estimate, FalseAlarms / Metrics * Plan[look].Share, look == Plan.Length - 1));
    }

    /// <summary>A second opinion on an alarm, on new pairs of newly copied clones.</summary>
    public bool Confirms(IReadOnlyList<double> logRatios, Difference alarm)
    {
        const double level = 0.05;
        const double smallest = 1.03;
        var estimate = PairedEstimate.Of(logRatios, Spread);
        return alarm == Difference.Slower
            ? estimate.ChanceIfNotSlower() < level && estimate.Ratio > smallest
            : estimate.ChanceIfNotFaster() < level && estimate.Ratio < 1 / smallest;
    }

    /// <summary>How many new pairs a confirmation takes.</summary>
    public static int PairsToConfirm(int used) => Math.Max(8, used);

    private Difference Decide(PairedEstimate estimate, double level, bool last)
    {
        if (estimate.ChanceIfNotSlower() < level && estimate.Ratio > SmallestChange) return Difference.Slower;
        if (estimate.ChanceIfNotFaster() < level && estimate.Ratio < 1 / SmallestChange) return Difference.Faster;
        var interval = estimate.RatioInterval(Confidence);
        if (interval.High < Margin && interval.Low > 1 / Margin) return Difference.Same;
        return last ? Difference.Inconclusive : Difference.Open;
    }
}

/// <summary>One metric after a look.</summary>
public sealed record ComparedMetric(PairedEstimate Estimate, Difference Difference);

public enum Difference
{
    /// <summary>Not decided yet: more pairs follow.</summary>
    Open,
    Slower,
    Faster,

    /// <summary>The interval lies inside the margin.</summary>
    Same,

    /// <summary>All pairs are used up, and neither a change nor its absence is shown. Never a pass.</summary>
    Inconclusive,
}
