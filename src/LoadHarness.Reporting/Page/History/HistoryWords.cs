using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Reporting.Page.SideBySide;

namespace LoadHarness.Reporting.Page.History;

internal static class HistoryWords
{
    public static string Day(DateTimeOffset moment) => moment.ToString("d MMM yyyy");

    public static string Place(int history, int run) => $"run-{history}-{run}";

    public static string Place(FoundChange found) => Place(found.Number, found.Series, found.History);

    public static string Place(int number, HistorySeries series, RunHistory history) =>
        $"series-{number}-{history.Series.TakeWhile(other => !ReferenceEquals(other, series)).Count()}";

    public static string Figure(double value, string unit) => ChangeSections.Figure(value, unit);

    /// <summary>Of a change, the level before or after it; of percent saved, what is left.</summary>
    public static string Level(FoundChange found, double value) => found.Series.Name switch
    {
        { IsSaving: true, Unit: var unit } => $"{Figure(value, unit)} left",
        { Least: var least, Unit: var unit } when value <= least => $"at most {Figure(least, unit)}",
        { Unit: var unit } => Figure(value, unit),
    };

    /// <summary>"1.15x slower", "1.2x less"; of percent saved "10x more left".</summary>
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
        return found.Series.Name.IsSaving ? $"{said} left" : said;
    }

    public static Html Sentence(FoundChange found) => Html.Of(
        $"""
        <a href="#{Place(found)}">{new Name(found.Series.Name.Name)}</a> {Plain.Cut(found.Series.Name.Metric, 120)}:
            {(found.Change.IsShown ? "" : "to watch: ")}{Ratio(found)} since {Day(found.Night.StartedUtc)},
            commit {found.Night.Commit} ({Level(found, found.Change.Before)} to
            {Level(found, found.Change.After)})
        """);
}
