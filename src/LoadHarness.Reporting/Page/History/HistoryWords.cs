using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page.SideBySide;

namespace LoadHarness.Reporting.Page.History;

internal static class HistoryWords
{
    public static string Day(DateTimeOffset moment) => moment.ToString("d MMM yyyy");

    public static string Place(int history, int run) => $"run-{history}-{run}";

    public static string Place(FoundChange found) => Place(found.Number, found.Series, found.History);

    public static string Place(int number, HistorySeries series, RunHistory history) =>
        $"series-{number}-{history.Series.TakeWhile(other => !ReferenceEquals(other, series)).Count()}";

    /// <param name="known">Within which it is known; null where it was measured.</param>
    public static string Figure(double value, string unit, KnownRange? known = null) => known?.Bounds(value, null) == true
        ? VerdictWords.Figure(value, unit, null, known)
        : ChangeSections.Figure(value, unit);

    public static string Before(FoundChange found) => Level(found, found.Change.Before, found.Change.KnownBefore);

    public static string After(FoundChange found) => Level(found, found.Change.After, found.Change.KnownAfter);

    /// <summary>Of a change, the level before or after it; of percent saved, what is left.</summary>
    private static string Level(FoundChange found, double value, KnownRange? known) => found.Series.Name switch
    {
        { IsSaving: true, Unit: var unit } => $"{Figure(value, unit, known)} left",
        { Least: var least, Unit: var unit } when value <= least => $"at most {Figure(least, unit)}",
        { Unit: var unit } => Figure(value, unit, known),
    };

    /// <summary>"1.15x slower", "1.2x less"; of percent saved "10x more left"; of a bound "at least 1.32x less".</summary>
    public static string Ratio(FoundChange found)
    {
        var words = found.Series.Name switch
        {
            { Unit: "ms" or "s" } => ChangeWords.OfTime,
            { MoreIsWorse: true } => ChangeWords.OfCost,
            _ => ChangeWords.OfRate,
        };
        var ratio = found.Change.Ratio;
        var said = ratio >= 1 ? $"{Format.Significant(ratio)}x {words.More}" : $"{Format.Significant(1 / ratio)}x {words.Less}";
        return $"{(found.Change.IsBound ? "at least " : "")}{said}{(found.Series.Name.IsSaving ? " left" : "")}";
    }

    public static Html Sentence(FoundChange found) => Html.Of(
        $"""
        <a href="#{Place(found)}">{new Name(found.Series.Name.Name)}</a> {Plain.Cut(found.Series.Name.Metric, 120)}:
            {(found.Change.IsShown ? "" : "to watch: ")}{Ratio(found)} since {Day(found.Night.StartedUtc)},
            commit {found.Night.Commit} ({Before(found)} to
            {After(found)})
        """);
}
