using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>One figure of two runs.</summary>
/// <param name="Name">What it is of: <c>scenario/operation</c>, a statement, an index.</param>
/// <param name="Metric">Such as p95.</param>
/// <param name="A">Null where the run A has no such figure.</param>
/// <param name="Interval">95% interval of B over A; null where one of the figures has none.</param>
/// <param name="Words">What more and less of it are called.</param>
public sealed record RunChange(
    string Name, string Metric, string Unit, double? A, double? B, ConfidenceInterval? Interval, ChangeWords Words)
{
    /// <summary>Why the two are not compared, whatever they say; null where they are.</summary>
    public Incomparable? Incomparable { get; init; }

    /// <summary>Whether A and B are what is left, in percent, where the runs show how much is saved.</summary>
    public bool IsOfRest { get; init; }

    /// <summary>"1.6% left to 16% left"; null of all other figures, and where a run has none.</summary>
    public string? Levels => IsOfRest && A is { } a && B is { } b
        ? $"{Format.Figure(a, Unit)} left to {Format.Figure(b, Unit)} left"
        : null;

    /// <summary>B over A; null where there is no such quotient.</summary>
    public double? Ratio => Incomparable is null && A is > 0 && B is > 0 && double.IsFinite(B.Value / A.Value) ? B / A : null;

    /// <summary>Whether the whole interval lies on one side of 1. A run that fails its requests is never the better one.</summary>
    public Difference Difference => (Ratio, Interval) switch
    {
        _ when Incomparable is not null => Incomparable.IsWorse ? Difference.Slower : Difference.Open,
        (null, _) or (_, null) => Difference.Open,
        (_, { Low: > 1 }) => Words.MoreIsWorse ? Difference.Slower : Difference.Faster,
        (_, { High: < 1 }) => Words.MoreIsWorse ? Difference.Faster : Difference.Slower,
        _ => Difference.Inconclusive,
    };

    public bool IsWorse => Difference == Difference.Slower;

    public bool IsBetter => Difference == Difference.Faster;

    /// <summary>
    /// "1.15x slower (1.02 to 1.3)", "no difference shown (0.91x to 1.2x)", "no difference shown (3x faster, without an interval)", "the
    /// same", "1.6% left to 16% left: 10x more (8.1 to 12)", "not compared: in B 60% failed".
    /// </summary>
    /// <param name="a">What the run A is called; likewise B.</param>
    public string Sentence(string a = "A", string b = "B")
    {
        if (Incomparable is not null) return Incomparable.Sentence(a, b);
        if (A is null || B is null) return $"not in {(A is null ? a : b)}";
        return Levels is { } levels ? $"{levels}: {Compared()}" : Compared();
    }

    private string Compared()
    {
        if (A == B && Interval is null) return "the same";
        if (Ratio is not { } ratio) return "no quotient";
        var said = ratio >= 1 ? $"{Times(ratio)} {Words.More}" : $"{Times(1 / ratio)} {Words.Less}";
        if (Interval is not { } interval) return $"no difference shown ({said}, without an interval)";
        if (Difference == Difference.Inconclusive) return $"no difference shown ({Times(interval.Low)} to {Times(interval.High)})";
        return ratio >= 1
            ? $"{said} ({Format.Significant(interval.Low)} to {Format.Significant(interval.High)})"
            : $"{said} ({Format.Significant(1 / interval.High)} to {Format.Significant(1 / interval.Low)})";
    }

    private static string Times(double ratio) => $"{Format.Significant(ratio)}x";
}

/// <summary>What more and less of a figure are called, and which of them is worse.</summary>
public sealed record ChangeWords(string More, string Less, bool MoreIsWorse)
{
    public static ChangeWords OfTime { get; } = new("slower", "faster", MoreIsWorse: true);

    public static ChangeWords OfRate { get; } = new("more", "less", MoreIsWorse: false);

    public static ChangeWords OfCost { get; } = new("more", "less", MoreIsWorse: true);
}
