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

    /// <summary>With as many digits as it takes to tell it from its limit; "at least 395×" of a bound.</summary>
    public static string Figure(Verdict verdict) => Figure(verdict.Figure, verdict.Unit, verdict.Limit, verdict.Known);

    /// <param name="known">Null where the figure was measured.</param>
    public static string Figure(double? figure, string unit, double? limit, KnownRange? known) =>
        Bound(figure, known) + Format.Figure(figure, unit, limit);

    /// <summary>
    /// The interval, its ends told from the limit as the figure is, and of a bound the end that is known; of a count, what was checked;
    /// else a dash.
    /// </summary>
    public static string Interval(Verdict verdict) => verdict.Interval is null
        ? verdict.Checked ?? "–"
        : Interval(verdict.Interval, verdict.Unit, verdict.Limit, verdict.Known);

    /// <param name="known">Null where both ends were measured.</param>
    public static string Interval(ConfidenceInterval? interval, string unit, double? limit, KnownRange? known) =>
        (known?.EndsBelow(interval?.Low) == true, known?.EndsAbove(interval?.High) == true) switch
        {
            (true, true) => "open at both ends",
            (true, _) => $"at most {Format.Figure(interval?.High, unit, limit)}",
            (_, true) => $"at least {Format.Figure(interval?.Low, unit, limit)}",
            _ => Format.Interval(interval, unit, limit),
        };

    /// <summary>The interval next to the figure that has its unit; null where there is none, or it says no more than the figure.</summary>
    public static string? Beside(Verdict verdict)
    {
        if (verdict.Interval is not { } interval) return null;
        var words = Interval(interval, "", verdict.Limit, verdict.Known);
        return words == Figure(verdict.Figure, "", verdict.Limit, verdict.Known) ? null : words;
    }

    /// <summary>How far the figure is from its limit, as a factor of the limit; null where that has no meaning.</summary>
    public static string? Factor(Verdict verdict)
    {
        if (verdict is not { Figure: { } figure, Limit: { } limit } || limit <= 0 || figure < 0) return null;
        return Bound(figure, verdict.Known) + (figure / limit is >= 1 and var times
            ? $"{Format.Distinct(times, 1, "")} times"
            : Format.Distinct(100 * figure / limit, 100, "%") + " of");
    }

    /// <summary>"at least" or "at most" of a bound; empty of a figure that was measured.</summary>
    public static string BoundWord(Verdict verdict) => Bound(verdict.Figure, verdict.Known).TrimEnd();

    private static string Bound(double? figure, KnownRange? known) =>
        known?.EndsAbove(figure) == true ? "at least "
        : known?.EndsBelow(figure) == true ? "at most "
        : "";

    private static string Subject(Verdict verdict) => verdict.Subject ?? verdict.Title;

    private static string Measured(Verdict verdict) => (verdict.Figure, Beside(verdict)) switch
    {
        (null, _) => "",
        (_, { } interval) => $" {Figure(verdict)} ({interval})",
        _ => $" {Figure(verdict)}",
    };

    private static string Against(Verdict verdict)
    {
        if (verdict.Bound is not { } bound) return "";
        var limit = Format.LimitValue(bound.Value, bound.Unit);
        return (Factor(verdict), bound.Direction) switch
        {
            ({ } factor, LimitDirection.AtMost) => $", {factor} the limit of {limit}",
            ({ } factor, _) => $", {factor} the required {limit}",
            _ => $", {Format.Limit(bound)} required",
        };
    }
}
