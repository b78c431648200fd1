using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>
/// Why a figure of two runs is not compared: it is of the requests that succeeded, and those no longer speak for the operation.
/// </summary>
/// <param name="A">Such as "60% failed"; null where the run A has no such fault. Likewise B.</param>
/// <param name="IsWorse">Whether it is B that is at fault, or far more so than A.</param>
public sealed record Incomparable(string? A, string? B, bool IsWorse)
{
    private const int LongestCause = 300;

    /// <returns>Null where in both runs few enough requests failed.</returns>
    internal static Incomparable? Of(Accounting a, Accounting b)
    {
        var (first, second) = (FailedShare.Share(a), FailedShare.Share(b));
        return first is null && second is null
            ? null
            : new Incomparable(first, second, second is not null && (first is null || IsMore(a, b)));
    }

    /// <summary>"not compared: in B 60% failed".</summary>
    /// <param name="a">What the run A is called; likewise B.</param>
    public string Sentence(string a, string b) => $"not compared: {Causes(a, b)}";

    /// <summary>"in A 2% failed; in B 60% failed".</summary>
    public string Causes(string a, string b) => string.Join("; ", new[] { In(a, A), In(b, B) }.OfType<string>());

    private static string? In(string run, string? cause) => cause is null ? null : $"in {run} {Format.Cut(cause, LongestCause)}";

    private static bool IsMore(Accounting a, Accounting b) => RunSpread.Of(Share(a), Share(b)) is { Low: > 1 };

    private static (double Figure, ConfidenceInterval Interval) Share(Accounting accounting)
    {
        var trials = (int)Math.Min(int.MaxValue, accounting.Scheduled);
        return (accounting.ErrorRate, Proportions.ClopperPearson((int)Math.Round(accounting.ErrorRate * trials), trials));
    }
}
