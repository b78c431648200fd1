using LoadHarness.Core.Verdicts;

namespace LoadHarness.Postgres.Diagnosis;

/// <summary>A doctor's check as a verdict: looked up, not sampled.</summary>
internal static class Finding
{
    public static Verdict Met(string id, string title, string evidence) => Of(id, title, VerdictKind.Met, evidence);

    public static Verdict Missed(string id, string title, string evidenceAndRemedy) => Of(id, title, VerdictKind.Missed, evidenceAndRemedy);

    public static Verdict Unavailable(string id, string title, string evidenceAndRemedy) => Of(id, title, VerdictKind.Unavailable, evidenceAndRemedy);

    public static Verdict AtMost(string id, string title, double figure, double limit, string unit, string evidence, string remedy) =>
        Measured(id, title, figure, limit, LimitDirection.AtMost, figure <= limit, unit, evidence, remedy);

    public static Verdict AtLeast(string id, string title, double figure, double limit, string unit, string evidence, string remedy) =>
        Measured(id, title, figure, limit, LimitDirection.AtLeast, figure >= limit, unit, evidence, remedy);

    private static Verdict Measured(string id, string title, double figure, double limit, LimitDirection direction, bool met, string unit, string evidence, string remedy) => new(
        id, title, met ? VerdictKind.Met : VerdictKind.Missed, figure, limit, direction, unit, 1, null, met ? evidence : $"{evidence} {remedy}", [], null);

    private static Verdict Of(string id, string title, VerdictKind kind, string evidence) =>
        new(id, title, kind, null, null, LimitDirection.AtLeast, "", 0, null, evidence, [], null);
}
