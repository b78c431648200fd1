using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>A target of which two runs have another verdict each.</summary>
/// <param name="IsOfOtherLimits">Whether each was judged by a limit of its own.</param>
public sealed record VerdictChange(string Id, VerdictKind A, VerdictKind B, bool IsOfOtherLimits)
{
    /// <summary>Those missed in B first.</summary>
    internal static IReadOnlyList<VerdictChange> Of(RunResult a, RunResult b) =>
        [.. from before in a.Verdicts
            join after in b.Verdicts on before.Id equals after.Id
            where before.Kind != after.Kind && (before.IsJudged || after.IsJudged)
                && TargetName.Of(before).IsSameAs(TargetName.Of(after))
            orderby VerdictKinds.Severity(after.Kind), VerdictKinds.Severity(before.Kind) descending
            select new VerdictChange(
                before.Id, before.Kind, after.Kind,
                before.Limit is not null && after.Limit is not null && before.Limit != after.Limit)];

    /// <summary>"ER-4 met in A, missed in B".</summary>
    /// <param name="a">What the run A is called; likewise B.</param>
    public string Sentence(string a = "A", string b = "B") =>
        $"{Id} {Word(A)} in {a}, {Word(B)} in {b}{(IsOfOtherLimits ? ", by another limit" : "")}";

    private static string Word(VerdictKind kind) => kind == VerdictKind.Unavailable ? "not judged" : CheckReport.Word(kind);
}
