using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Charts;

/// <summary>One run's figure over another's, with the interval of the quotient: at the line they are equal.</summary>
internal static class RatioChart
{
    private static AxisRow Row => new(
        new(0.25, 4, Format.Significant), [(0.25, "1/4"), (0.5, "1/2"), (1, "equal"), (2, "2×"), (4, "4×")]);

    public static string Header() => Row.Header(1, "Quotient of the two runs: a quarter, half, equal, double, four times");

    /// <summary>Null where there is no quotient.</summary>
    public static string? Of(RunChange change)
    {
        return change.Ratio is { } ratio ? Of(change.Metric, ratio, change.Interval) : null;
    }

    public static string Of(string metric, double ratio, ConfidenceInterval? interval)
    {
        var row = Row.Line(1);
        if (interval is not null) row.Whisker(interval.Low, interval.High);
        return row.Dot(ratio).ToSvg($"{metric}: {Format.Significant(ratio)} times");
    }
}
