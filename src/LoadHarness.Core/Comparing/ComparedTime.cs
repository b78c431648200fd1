using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>One time metric of one operation, decided by pairs of slots.</summary>
/// <param name="Operation"><c>scenario/operation</c>; a scenario alone for what it uses as a whole.</param>
/// <param name="Metric">mean, p50, or CPU a request.</param>
/// <param name="A">Median over the slots, in milliseconds.</param>
/// <param name="Ratio">B over A by the pairs.</param>
/// <param name="Interval">98% interval of the ratio: what the decision is made by.</param>
/// <param name="Confirmed">What new pairs on newly copied clones said of an alarm; null where there was none, or nothing was asked.</param>
public sealed record ComparedTime(
    string Operation, string Metric, double A, double B, double Ratio, ConfidenceInterval Interval, int Pairs, Difference Difference,
        bool? Confirmed)
{
    /// <summary>B over A of each pair, in the order in which they were measured: what the ratio is made of.</summary>
    public IReadOnlyList<double> PairRatios { get; init; } = [];

    /// <summary>Of an operation's mean: the slow calls of the same slots; null where a slot had too few.</summary>
    public ComparedTail? P95 { get; init; }

    /// <summary>Whether all pairs left it open.</summary>
    public bool IsUndecided => Difference is Difference.Inconclusive or Difference.Open;

    /// <summary>Whether B is slower, and new pairs said so too.</summary>
    public bool IsShownSlower => Difference == Difference.Slower && Confirmed != false;

    public bool IsShownFaster => Difference == Difference.Faster && Confirmed != false;

    /// <summary>"B is 1.15x slower (1.12 to 1.18)", or "same within 3%".</summary>
    public string Sentence() => Difference switch
    {
        Difference.Slower when Confirmed == false =>
            $"no difference shown: {Ratio:0.00}x slower at first, and not in the confirming pairs",
        Difference.Faster when Confirmed == false =>
            $"no difference shown: {1 / Ratio:0.00}x faster at first, and not in the confirming pairs",
        Difference.Slower => $"B is {Ratio:0.00}x slower ({Interval.Low:0.00} to {Interval.High:0.00})",
        Difference.Faster => $"B is {1 / Ratio:0.00}x faster ({1 / Interval.High:0.00} to {1 / Interval.Low:0.00})",
        Difference.Same => $"same within {100 * (Math.Max(Interval.High, 1 / Interval.Low) - 1):0.#}%",
        _ => $"undecided after {Pairs} pairs: {Ratio:0.00}x ({Interval.Low:0.00} to {Interval.High:0.00})",
    };
}

/// <summary>The 95th percentile of the response time on both arms. It informs; by it nothing is decided.</summary>
/// <param name="A">Median over the slots, in milliseconds.</param>
/// <param name="Ratio">B over A: the median over the pairs.</param>
public sealed record ComparedTail(double A, double B, double Ratio)
{
    public override string ToString() => $"{A:0.###} to {B:0.###} ms, {Ratio:0.00}x";
}
