using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Targets;

/// <summary>How many requests may come to nothing: the same rule for every statistic of a scenario.</summary>
internal static class FailedShare
{
    /// <summary>Beyond this share the figures of the other requests no longer speak for the operation.</summary>
    private const double Largest = 0.01;

    /// <summary>What the share is called among other figures; there it is in percent.</summary>
    public const string Metric = "failed";

    public const double LargestPercent = 100 * Largest;

    public static double Percent(Accounting accounting) => 100 * accounting.ErrorRate;

    public static bool IsTooLarge(Accounting accounting) => accounting.ErrorRate > Largest;

    /// <summary>The cause, when too many requests failed, were skipped or got no answer; null when not.</summary>
    public static string? Reason(Accounting accounting, IEnumerable<ErrorCount> errors) => IsTooLarge(accounting)
        ? $"{Words(accounting)} ({Format.Distinct(Percent(accounting), LargestPercent, "%")}; "
            + $"at most {Format.Percent(Largest)} allowed){Causes(accounting, errors)}"
        : null;

    /// <summary>"60% failed", "2.1% got no answer"; null when there are not too many.</summary>
    public static string? Share(Accounting accounting) => IsTooLarge(accounting)
        ? $"{Format.Distinct(Percent(accounting), LargestPercent, "%")} {Verb(accounting)}"
        : null;

    /// <summary>What a reader must know of the few that did not succeed; nothing when all did.</summary>
    public static IEnumerable<string> Caveats(Accounting accounting)
    {
        if (accounting.InFlight > 0) yield return $"{Format.Counted(accounting.InFlight, "request")} got no answer";
        if (accounting.Failed > 0) yield return $"{Format.Counted(accounting.Failed, "request")} failed";
        if (accounting.Skipped > 0) yield return $"{Format.Counted(accounting.Skipped, "request")} skipped at the limit in flight";
    }

    private static string Words(Accounting accounting) =>
        $"{Format.Count(Lost(accounting))} of {Format.Counted(accounting.Scheduled, "request")} {Verb(accounting)}";

    private static string Verb(Accounting accounting)
    {
        var lost = Lost(accounting);
        return lost == accounting.Failed ? "failed"
            : lost == accounting.InFlight ? "got no answer"
            : lost == accounting.Skipped ? "were skipped at the limit in flight"
            : "did not succeed";
    }

    private static long Lost(Accounting accounting) => accounting.Failed + accounting.Skipped + accounting.InFlight;

    // The unanswered first: they are the ones that nobody sees in a log.
    private static string Causes(Accounting accounting, IEnumerable<ErrorCount> errors)
    {
        var mixed = Lost(accounting);
        List<string> causes = [];
        if (accounting.InFlight > 0 && accounting.InFlight < mixed) causes.Add($"no answer ({Format.Count(accounting.InFlight)})");
        if (accounting.Skipped > 0 && accounting.Skipped < mixed)
            causes.Add($"skipped at the limit in flight ({Format.Count(accounting.Skipped)})");
        if (accounting.Failed > 0) causes.AddRange(ErrorGroups.Of(errors.Where(error => error.Message != ErrorCount.Unanswered)).Words());
        return causes.Count == 0 ? "" : $": {string.Join(", ", causes)}";
    }
}
