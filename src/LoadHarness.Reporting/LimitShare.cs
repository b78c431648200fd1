using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting;

/// <summary>A figure as a share of its limit, turned over for "at least": above 1 is outside for every target alike.</summary>
internal static class LimitShare
{
    /// <returns>Null where there is no figure, or no limit to take a share of.</returns>
    public static double? Of(Verdict verdict, double? figure) => (figure, verdict.Limit, verdict.Direction) switch
    {
        ({ } value, { } limit, LimitDirection.AtMost) when limit > 0 && double.IsFinite(value) => value / limit,
        ({ } value, { } limit, LimitDirection.AtLeast) when value > 0 && double.IsFinite(value) => limit / value,
        _ => null,
    };
}
