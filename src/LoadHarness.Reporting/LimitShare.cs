using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting;

/// <summary>A figure as a share of its limit, turned over for "at least": above 1 is outside for every target alike.</summary>
internal static class LimitShare
{
    /// <returns>
    /// Infinite where "at least" so much is required and the figure is not above zero, such as a claim that the figure went the other way:
    /// no axis of shares holds it. Null where there is no figure, or no limit to take a share of, and where others made a verdict worse
    /// than its figure is.
    /// </returns>
    public static double? Of(Verdict verdict, double? figure) => (figure, verdict.Limit, verdict.Direction) switch
    {
        _ when verdict is { OfOthers: true, Kind: not VerdictKind.Met } => null,
        ({ } value, { } limit, _) when !double.IsFinite(value) || !double.IsFinite(limit) => null,
        ({ } value, { } limit, LimitDirection.AtMost) when limit > 0 => value / limit,
        ({ } value, { } limit, LimitDirection.AtLeast) when value > 0 => limit / value,
        (_, > 0, LimitDirection.AtLeast) when figure is not null => double.PositiveInfinity,
        _ => null,
    };
}
