using LoadHarness.Core.Comparing.Runs;

namespace LoadHarness.Reporting.Page.History;

/// <summary>A change with the series that it was found in.</summary>
/// <param name="Number">Of the history on the page.</param>
internal sealed record FoundChange(RunHistory History, int Number, HistorySeries Series, HistoryChange Change)
{
    public bool IsWorse => Series.IsWorse(Change);

    public RunNight Night => History.Nights[Change.At];
}

/// <summary>Everything that changed, the newest first; shown changes before figures of one run.</summary>
internal static class HistoryChanges
{
    private const int MostRows = 300;

    public static IReadOnlyList<FoundChange> Of(IReadOnlyList<RunHistory> histories) =>
    [
        .. histories.SelectMany((history, number) => history.Series
                .SelectMany(series => series.Changes.Select(change => new FoundChange(history, number, series, change))))
            .OrderByDescending(found => found.Change.IsShown).ThenByDescending(found => found.Night.StartedUtc)
            .ThenByDescending(found => found.IsWorse).ThenByDescending(found => Math.Abs(Math.Log(found.Change.Ratio))),
    ];

    public static Section Section(IReadOnlyList<RunHistory> histories, IReadOnlyList<FoundChange> changes)
    {
        var parts = new List<Html>();
        if (changes.Count > 0)
            parts.Add(HtmlComponents.Table(
                "Changes", ["Figure", "Since", "Commit", "Commit before", "Change", "Before", "After", "Rests on"],
                changes.Take(MostRows).Select(Row), "sortable"));
        if (changes.Count > MostRows) parts.Add(Html.Of($"""<p class="note">{changes.Count - MostRows} older ones are left out.</p>"""));
        return new("changes", "Changes",
            changes.Count == 0
                ? $"None in {histories.Sum(history => history.Series.Count)} figures."
                : "The newest first. The cause lies between the two commits, unless the runs between them have others.", parts);
    }

    private static IReadOnlyList<Cell> Row(FoundChange found) =>
    [
        Html.Of($"""
            <a href="#{HistoryWords.Place(found)}">{new Name(found.Series.Name.Name)}</a>
            {Plain.Cut(found.Series.Name.Metric, 120)}
            """),
        Html.Of($"""<a href="#{HistoryWords.Place(found.Number, found.Change.At)}">{HistoryWords.Day(found.Night.StartedUtc)}</a>"""),
        Html.Of($"{found.Night.Commit}"),
        Html.Of($"{found.History.Nights[found.Change.At - 1].Commit}"),
        Html.Of($"""<span class="{(found.IsWorse ? "is-worse" : "is-better")}">{HistoryWords.Ratio(found)}</span>"""),
        HistoryWords.Before(found),
        HistoryWords.After(found),
        Html.Of($"{(found.Change.IsShown ? $"{found.Change.Runs} runs" : "one run: to watch")}"),
    ];
}
