using LoadHarness.Core.Comparing.Runs;

namespace LoadHarness.Reporting.Page.History;

/// <summary>The runs themselves, newest first, with what the machine had that it had not before; and the files that are none.</summary>
internal static class HistoryRuns
{
    private const int MostRows = 1_000;

    public static Section? Of(IReadOnlyList<RunHistory> histories, IReadOnlyList<RunNight> nights)
    {
        if (nights.Count == 0) return null;
        var drawn = histories.SelectMany((history, number) => history.Nights.Select((night, index) =>
            (night, number, index, Break: history.Breaks.FirstOrDefault(found => found.At == index),
            Schema: index > 0 && history.Nights[index - 1].Schema != night.Schema)));
        var rows = drawn.Select(run =>
            (run.night, Row: Row(run.night, HistoryWords.Place(run.number, run.index), histories.Count == 1 ? "" : $"load {run.number + 1}",
            Notes(run.Break, run.Schema))))
            .Concat(nights.Where(night => !night.IsTrusted)
                .Select(night => (night, Row: Row(night, null, "", Html.Of($"not drawn: {WhyNotDrawn(night)}")))))
            .OrderByDescending(row => row.night.StartedUtc).Take(MostRows);
        return new("runs", "Runs", "The newest first.",
            [HtmlComponents.Table("Runs", ["Run", "Started", "Commit", "Verdict", "What changed then"], rows.Select(row => row.Row))]);
    }

    public static Section? LeftOut(IReadOnlyList<LeftOutFile> files) => files.Count == 0
        ? null
        : new("left-out", "Files left out", "They are no run's record, or a damaged one.",
            [HtmlComponents.Table("Files left out", ["File", "What is wrong"],
                files.Take(MostRows).Select(file =>
                    (IReadOnlyList<Cell>)[new Name(file.Path), Html.Of($"{Plain.Cut(string.Join(" ", file.Faults.Take(3)), 500)}")]))]);

    private static string WhyNotDrawn(RunNight night) => night.IsOfEvidence
        ? "it measured nothing, but judged the evidence of an earlier proof again"
        : Plain.Cut(night.Headline, 200);

    private static IReadOnlyList<Cell> Row(RunNight night, string? place, string load, Html notes) =>
    [
        Html.Of($"""
            <span{(place is null ? null : Html.Of($" id=\"{place}\""))}>{new Name(night.Id)}</span>
            {(load.Length == 0 ? null : Html.Of($"""<span class="aside">{load}</span>"""))}
            """),
        Html.Of($"{night.StartedUtc.ToString("d MMM yyyy, HH:mm")}"),
        Html.Of($"{night.Commit}"),
        Html.Of($"""<span class="word is-{night.State.ToString().ToLowerInvariant()}">{night.Word}</span>"""),
        notes,
    ];

    private static Html Notes(HistoryBreak? found, bool schema)
    {
        List<string> notes = [.. found?.Differences.Select(difference => $"break: {difference}") ?? [],
            .. schema ? ["another schema"] : Array.Empty<string>()];
        return notes.Count == 0 ? Html.Of($"–") : Html.Of($"{Plain.Cut(string.Join("; ", notes), 400)}");
    }
}
