using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page.History;

/// <summary>A run's place among the earlier ones of its load, as a chapter of its page.</summary>
internal static class HistorySection
{
    public static Section? Of(RunResult run, Companions companions)
    {
        var own = RunNight.Of(run);
        IReadOnlyList<RunNight> all = [.. companions.EarlierThan(run), own];
        var histories = RunHistory.Of(all);
        if (histories is not [{ Nights.Count: > 1 } history]) return null;
        var others = companions.Nights.Count(night => !night.IsOfLoadOf(own));
        var changes = HistoryChanges.Section(histories, HistoryChanges.Of(histories));
        var series = HistorySeriesSection.Of(history, 0, 1);
        return new(
            "history",
            "History",
            $"{series.Introduction}"
                + $"{(others > 0 ? $" {Format.Counted(others, "run")} of another load {(others == 1 ? "is" : "are")} left out." : "")}",
            [
                HtmlComponents.Heading("Changes", changes.Introduction), .. changes.Parts,
                .. series.Parts,
                .. HistoryRuns.Of(histories, all) is { } runs
                    ? [HtmlComponents.Heading("Runs", runs.Introduction), .. runs.Parts]
                    : Array.Empty<Html>(),
            ]);
    }
}
