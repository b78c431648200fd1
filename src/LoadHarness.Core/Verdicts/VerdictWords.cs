using LoadHarness.Core.Words;

namespace LoadHarness.Core.Verdicts;

/// <summary>A verdict in one line: the same one in the terminal, on the page, in summary.md and in junit.xml.</summary>
public static class VerdictWords
{
    /// <summary>"TQ-1 missed: custom_field_filter p95 1,029 ms (891 to 1,491), 2.06 times the limit of 500 ms".</summary>
    public static string Line(Verdict verdict) => verdict.Kind switch
    {
        VerdictKind.Unavailable => $"{verdict.Id} not judged: {verdict.Reason ?? verdict.Evidence}",
        VerdictKind.Missed when verdict.ByCause => $"{verdict.Id} missed: {Subject(verdict)}: {verdict.Reason}",
        VerdictKind.Missed when verdict.Figure is null => $"{verdict.Id} missed: {verdict.Title}: {verdict.Reason ?? verdict.Evidence}",
        VerdictKind.Inconclusive => $"{verdict.Id} undecided: {Subject(verdict)}{Measured(verdict)}: {verdict.Reason ?? verdict.Evidence}",
        _ => $"{verdict.Id} {CheckReport.Word(verdict.Kind)}: {Subject(verdict)}{Measured(verdict)}{Against(verdict)}",
    };

    /// <summary>With as many digits as it takes to tell it from its limit.</summary>
    public static string Figure(Verdict verdict) => Format.Figure(verdict.Figure, verdict.Unit, verdict.Limit);

    /// <summary>The interval, its ends told from the limit as the figure is; of a count, what was checked; else a dash.</summary>
    public static string Interval(Verdict verdict) => verdict.Interval is null ? verdict.Checked
        ?? "–" : Format.Interval(verdict.Interval, verdict.Unit, verdict.Limit);

    /// <summary>How far the figure is from its limit, as a factor of the limit; null where that has no meaning.</summary>
    public static string? Factor(Verdict verdict)
    {
        if (verdict is not { Figure: { } figure, Limit: { } limit } || limit <= 0 || figure < 0) return null;
        return figure / limit is >= 1 and var times
            ? $"{Format.Distinct(times, 1, "")} times"
            : Format.Distinct(100 * figure / limit, 100, "%") + " of";
    }

    private static string Subject(Verdict verdict) => verdict.Subject ?? verdict.Title;

    private static string Measured(Verdict verdict) => (verdict.Figure, verdict.Interval) switch
    {
        (null, _) => "",
        (_, { } interval) => $" {Figure(verdict)} ({Format.Interval(interval, verdict.Limit)})",
        _ => $" {Figure(verdict)}",
    };

    private static string Against(Verdict verdict)
    {
        if (verdict.Bound is not { } bound) return "";
        var limit = Format.Figure(bound.Value, bound.Unit);
        return (Factor(verdict), bound.Direction) switch
        {
            ({ } factor, LimitDirection.AtMost) => $", {factor} the limit of {limit}",
            ({ } factor, _) => $", {factor} the required {limit}",
            _ => $", {Format.Limit(bound)} required",
        };
    }
}
