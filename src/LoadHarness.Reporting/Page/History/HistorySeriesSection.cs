using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page.History;

/// <summary>Every figure of one load as a line of a table with its curve.</summary>
internal static class HistorySeriesSection
{
    /// <summary>Further ones would make a page that no browser opens at once; each is in its run.json.</summary>
    private const int PointsOfPage = 60_000;

    public static Section Of(RunHistory history, int number, int histories)
    {
        var most = Math.Max(20, PointsOfPage / Math.Max(1, histories) / Math.Max(1, history.Nights.Count));
        var shown = history.Series.Count <= most
            ? history.Series
            : [.. history.Series.OrderByDescending(series => series.Changes.Count > 0).Take(most)];
        return new(
            $"load-{number}",
            histories == 1 ? "Figures" : $"Load {number + 1}",
            $"{history.Load}: {Format.Counted(history.Nights.Count, "run")}. Across: runs in the order of their time. Grey marks: the 95% "
                + $"interval of each. Red line: the limit, where it is near. Dashed upright: the machine, the server or a setting became "
                + $"another. Upright line with a dot: a change. Open dot: a last run to watch."
                + (history.Series.Any(series => series.Name.IsSaving) ? " Of percent saved, changes are those of what is left." : ""),
            [
                .. new[] { (NightKind.Target, "Targets"), (NightKind.Operation, "Operations"), (NightKind.Size, "Sizes") }
                    .Select(kind => (Title: kind.Item2, Series: shown.Where(series => series.Name.Kind == kind.Item1).ToList()))
                    .Where(kind => kind.Series.Count > 0)
                    .Select(kind => Table(history, number, (kind.Title, kind.Series))),
                shown.Count < history.Series.Count
                    ? Html.Of($"""<p class="note">{history.Series.Count - shown.Count} more figures are in the files of the runs.</p>""")
                    : Html.Nothing,
            ]);
    }

    private static Html Table(RunHistory history, int number, (string Title, IReadOnlyList<HistorySeries> Series) group) => Html.Of($"""
        <h3>{group.Title}</h3>
        <div class="scroll" role="region" tabindex="0" aria-label="Table: {group.Title}, load {number + 1}">
        <table class="history sortable"><caption class="hidden">{group.Title}, load {number + 1}</caption>
        <thead><tr><th scope="col" class="what">Figure<th scope="col" class="curve">Over {history.Nights.Count} runs
            <th scope="col" class="n">Lowest<th scope="col" class="n">Median<th scope="col" class="n">Highest<th scope="col" class="n">Last
            <th scope="col" class="said">Changes</thead>
        <tbody>
        {group.Series.Select(each => Row(history, number, each))}</table>
        </div>
        """);

    private static Html Row(RunHistory history, int number, HistorySeries series)
    {
        var values = series.Points.Select(point => point.Value).ToList();
        string Figure(double value, KnownRange? known = null) => HistoryWords.Figure(value, series.Name.Unit, known);
        string OfAll(double value) => Figure(value, series.Known(value));
        var (lowest, median, highest) = (OfAll(values.Min()), OfAll(Medians.Of(values)), OfAll(values.Max()));
        var last = Figure(values[^1], series.KnownLast);
        var told = $"{series.Name.Name} {series.Name.Metric}: {values.Count} runs, lowest {lowest}, median {median}, highest {highest}, "
            + $"last {last}{(series.Limit is { } limit ? $", limit {Figure(limit)}" : "")}";
        return Html.Of($"""
            <tr id="{HistoryWords.Place(number, series, history)}">
                <th scope="row">{new Name(series.Name.Name)} <span class="aside">{Plain.Cut(series.Name.Metric, 120)}</span>
                <td class="curve">{Html.Trusted(Sparkline.Of(series, history, told))}<td class=n>{lowest}<td class=n>{median}
                <td class=n>{highest}<td class=n>{last}<td class="said">{Changes(history, number, series)}

            """);
    }

    private static Html Changes(RunHistory history, int number, HistorySeries series) => series.Changes.Count == 0
        ? Html.Of($"–")
        : Html.Join(series.Changes.Select(change => new FoundChange(history, number, series, change)).Select(found => Html.Of($"""
            <span class="{(found.IsWorse ? "is-worse" : "is-better")} line">{(found.Change.IsShown ? "" : "to watch: ")}
            {HistoryWords.Ratio(found)} since
            <a href="#{HistoryWords.Place(number, found.Change.At)}">{HistoryWords.Day(found.Night.StartedUtc)}</a></span>

            """)));
}
