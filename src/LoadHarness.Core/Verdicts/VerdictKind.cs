using System.Text.Json.Serialization;

namespace LoadHarness.Core.Verdicts;

[JsonConverter(typeof(JsonStringEnumConverter<VerdictKind>))]
public enum VerdictKind
{
    Met,
    Missed,
    Inconclusive,

    /// <summary>Nothing was measured or looked up; the verdict says why, and what would do it.</summary>
    Unavailable,

    /// <summary>A figure without a limit: it informs, and counts neither for nor against.</summary>
    Stated,
}

/// <summary>One kind out of several.</summary>
public static class VerdictKinds
{
    /// <summary>Missed outweighs inconclusive, that outweighs met. What was not judged counts neither way.</summary>
    /// <returns><see cref="VerdictKind.Unavailable"/> when nothing was judged.</returns>
    public static VerdictKind Worst(IEnumerable<VerdictKind> kinds) =>
        kinds.Where(IsJudged).DefaultIfEmpty(VerdictKind.Unavailable).MinBy(Severity);

    public static bool IsJudged(VerdictKind kind) => Severity(kind) < Unjudged;

    private const int Unjudged = 3;

    /// <summary>0 is the worst.</summary>
    public static int Severity(VerdictKind kind) => kind switch
    {
        VerdictKind.Missed => 0,
        VerdictKind.Inconclusive => 1,
        VerdictKind.Met => 2,
        _ => Unjudged,
    };
}
