using LoadHarness.Core.Verdicts;

namespace LoadHarness.Load.SelfCheck;

/// <summary>A measured figure held against its limit.</summary>
public static class Judgement
{
    public static Verdict AtMost(string id, string title, double figure, double limit, string unit, long samples, string evidence) =>
        Of(id, title, figure, limit, LimitDirection.AtMost, figure <= limit, unit, samples, evidence);

    public static Verdict AtLeast(string id, string title, double figure, double limit, string unit, long samples, string evidence) =>
        Of(id, title, figure, limit, LimitDirection.AtLeast, figure >= limit, unit, samples, evidence);

    /// <summary>A figure that is stated and not judged.</summary>
    public static Verdict Stated(string id, string title, double figure, string unit, long samples, string evidence) =>
        new(id, title, VerdictKind.Stated, figure, null, LimitDirection.AtLeast, unit, samples, null, evidence, [], null);

    /// <summary>Nothing was measured.</summary>
    /// <param name="reason">Why, and what to do for it.</param>
    public static Verdict Unavailable(string id, string title, string unit, string reason) =>
        new(id, title, VerdictKind.Unavailable, null, null, LimitDirection.AtLeast, unit, 0, null, reason, [], null);

    private static Verdict Of(string id, string title, double figure, double limit, LimitDirection direction, bool met, string unit, long samples, string evidence) =>
        new(id, title, met ? VerdictKind.Met : VerdictKind.Missed, figure, limit, direction, unit, samples, null, evidence, [], null);
}
