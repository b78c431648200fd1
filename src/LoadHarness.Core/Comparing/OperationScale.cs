using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>
/// How one figure of one operation grows with the number of leads. A time that has several targets has one record for each.
/// </summary>
/// <param name="Operation"><c>scenario/operation</c>.</param>
/// <param name="Metric"><see cref="Blocks"/> or <see cref="Mean"/>.</param>
/// <param name="Fit">Through all points; null where there are fewer than three, or a figure is zero.</param>
/// <param name="Forecast">
/// What the smaller sizes said of the largest; null where they are fewer than three, where there is no figure of the largest, and for each
/// target of a time but the first.
/// </param>
/// <param name="Passing">Of a time with a target: where it would be passed.</param>
public sealed record OperationScale(
    string Operation, string Metric, IReadOnlyList<ScalePoint> Points, PowerFit? Fit, ScaleForecast? Forecast, TargetPassing? Passing)
{
    public const string Blocks = "blocks a call";

    public const string Mean = "mean response, ms";

    /// <summary>Counters below this difference are the same.</summary>
    private const double BlocksDeviation = CounterJudgement.SmallestChange;

    /// <summary>Mean times of equal work differ by this on one machine.</summary>
    private static readonly double MeanDeviation = new PairSpread().Prior;

    /// <summary>Id of the target that it is held against; null where it has none.</summary>
    public string? Target { get; init; }

    /// <param name="points">One for each size, in rising order.</param>
    public static OperationScale Of(string operation, string metric, IReadOnlyList<ScalePoint> points, ScaleTarget? target)
    {
        var deviation = metric == Blocks ? BlocksDeviation : MeanDeviation;
        var fit = Fitted(points, deviation);
        return new(
            operation, metric, points, fit,
            ScaleForecast.Of(Fitted([.. points.SkipLast(1)], deviation), points),
            fit is null || target is null ? null : TargetPassing.Of(fit, target, points[0].Contacts))
        { Target = target?.Target.Id };
    }

    private static PowerFit? Fitted(IReadOnlyList<ScalePoint> points, double deviation) =>
        PowerFit.Of([.. points.Select(point => ((double)point.Contacts, point.Figure))], deviation);
}

public sealed record ScalePoint(long Contacts, double Figure);

/// <summary>The fit of all sizes but the largest, held against the largest.</summary>
/// <param name="Interval">95%: where the largest was expected.</param>
public sealed record ScaleForecast(double Expected, ConfidenceInterval Interval, double Measured, bool Holds)
{
    public static ScaleForecast? Of(PowerFit? smaller, IReadOnlyList<ScalePoint> points)
    {
        if (smaller is null) return null;
        var (largest, interval) = (points[^1], smaller.Forecast(points[^1].Contacts));
        return new(smaller.At(largest.Contacts), interval, largest.Figure, largest.Figure >= interval.Low
            && largest.Figure <= interval.High);
    }
}
