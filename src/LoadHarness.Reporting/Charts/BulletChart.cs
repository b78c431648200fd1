using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Charts;

/// <summary>
/// A target's figure as a share of its limit, on one logarithmic axis for all targets: left of the line is inside, right of it outside. For
/// "at least" the share is turned over, so that right is worse for every target.
/// </summary>
internal static class BulletChart
{
    private const double Limit = 1;

    /// <summary>Shares beyond it are drawn at the edge.</summary>
    private const double Most = 10;

    private static AxisRow Row => new(new(0.01, Most, Format.Percent), [(0.01, "1/100"), (0.1, "1/10"), (Limit, "limit"), (Most, "10×")]);

    /// <summary>The labels of the axis, drawn once above all rows.</summary>
    public static string Header() => Row.Header(Limit, "Share of the limit: a hundredth, a tenth, the limit, ten times");

    /// <summary>Null where there is nothing to draw: no figure, or no limit other than zero.</summary>
    public static string? Of(Verdict verdict, BaselineFigure? earlier)
    {
        if (LimitShare.Of(verdict, verdict.Figure) is not { } figure) return null;
        var row = Row.Line(Limit);
        if (verdict.KnownInterval is { } interval && LimitShare.Of(verdict, interval.Low) is { } low
            && LimitShare.Of(verdict, interval.High) is { } high) row.Whisker(low, high);
        if (earlier is not null && earlier.Unit == verdict.Unit && LimitShare.Of(verdict, earlier.Figure) is { } then) row.OpenDot(then);
        return row.Dot(figure).ToSvg($"{verdict.Id}: {Words(verdict, figure)}");
    }

    private static string Words(Verdict verdict, double share)
    {
        var words = double.IsFinite(share)
            ? $"{Format.Percent(share)} of its limit"
            : $"{VerdictWords.Figure(verdict)}, {Format.Limit(verdict)} required";
        return share > Most ? $"{words}, beyond the axis" : words;
    }
}
