using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>An operation's times of C in words: the same in the terminal, in summary.md and on the page.</summary>
public static class ProvenWords
{
    /// <summary>"2.61"; "at least 2.61" of a lower bound.</summary>
    public static string Times(ProvenOperation operation) =>
        $"{(operation.IsLowerBound ? "at least " : "")}{Format.Significant(operation.Times)}";

    /// <summary>A part's figure, in the unit of the claim's verdict and with as many digits as that has.</summary>
    public static string Figure(ProvenPart part, Verdict verdict)
    {
        var figure = ProofArithmetic.Figure(part.Ratio, verdict.Unit);
        return verdict.Limit is { } limit ? Format.Distinct(figure, limit, verdict.Unit) : Format.Figure(figure, verdict.Unit);
    }

    /// <summary>95% of <see cref="Times"/>: of a lower bound its lower end alone; a dash where there is none.</summary>
    public static string Interval(ProvenOperation operation) => operation.TimesInterval switch
    {
        null => "–",
        { } interval when operation.IsLowerBound => $"at least {Format.Significant(interval.Low)}",
        { } interval => Format.Interval(interval),
    };
}
