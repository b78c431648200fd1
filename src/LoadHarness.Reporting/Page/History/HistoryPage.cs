using LoadHarness.Core.Comparing.Runs;

namespace LoadHarness.Reporting.Page.History;

/// <summary>
/// <c>history.html</c>: every figure over all runs below a folder, with what changed and where the machine became another.
/// </summary>
internal static class HistoryPage
{
    private const int MostTold = 5;

    /// <param name="nights">As found, in any order; those that cannot be trusted are listed and not drawn.</param>
    /// <param name="leftOut">Files that could not be read, with what is wrong with them.</param>
    public static string Render(IReadOnlyList<RunNight> nights, IReadOnlyList<LeftOutFile> leftOut, string folder, string toolVersion)
    {
        var histories = RunHistory.Of(nights);
        var changes = HistoryChanges.Of(histories);
        IReadOnlyList<Section?> sections =
        [
            HistoryChanges.Section(histories, changes),
            .. histories.Select((history, index) => HistorySeriesSection.Of(history, index, histories.Count)),
            HistoryRuns.Of(histories, nights),
            HistoryRuns.LeftOut(leftOut),
        ];
        return ReportPage.Frame(
            $"LoadHarness: history of {nights.Count} runs",
            Html.Of($"""<a class="word" href="#verdict">{nights.Count} runs</a>"""),
            First(nights, histories, changes, leftOut, folder),
            [.. sections.OfType<Section>()],
            Html.Of($"""Rendered by LoadHarness {toolVersion} from the <code>run.json</code> of every run below {new Name(folder)}."""));
    }

    private static Html First(
        IReadOnlyList<RunNight> nights, IReadOnlyList<RunHistory> histories, IReadOnlyList<FoundChange> changes,
        IReadOnlyList<LeftOutFile> leftOut, string folder)
    {
        var shown = changes.Where(found => found.Change.IsShown).ToList();
        var worse = shown.Count(found => found.IsWorse);
        return Html.Of($"""
            <p class="product">LoadHarness: history of the runs below {new Name(folder)}</p>
            <div class="verdict" id="verdict">
            <p class="verdict-word">{Format.Counted(nights.Count, "run")}{Days(nights)}</p>
            <h1>{(shown.Count == 0
                ? "No change shown"
                : $"{Format.Counted(worse, "figure")} became worse, {shown.Count - worse} better")}</h1>
            <p class="meaning">A change is marked where at least {ChangePoints.FewestRuns} runs on either side, on one machine,
                differ by 4% or more, and by more than their spread. A figure of one run that lies far off is one to watch: it shows no
                change yet.</p>
            <ul class="reasons">{changes.Take(MostTold).Select(found => Html.Of($"<li>{HistoryWords.Sentence(found)}</li>"))}
            {Counts(nights, histories, leftOut)}</ul>
            </div>
            """);
    }

    private static string Days(IReadOnlyList<RunNight> nights) => nights.Count == 0
        ? ""
        : $", {HistoryWords.Day(nights.Min(night => night.StartedUtc))} to {HistoryWords.Day(nights.Max(night => night.StartedUtc))}";

    private static Html Counts(IReadOnlyList<RunNight> nights, IReadOnlyList<RunHistory> histories, IReadOnlyList<LeftOutFile> leftOut)
    {
        var breaks = histories.Sum(history => history.Breaks.Count);
        var judged = nights.Count(night => night.IsOfEvidence);
        var untrusted = nights.Count(night => !night.IsTrusted) - judged;
        return Html.Of($"""
            {(breaks > 0
                ? Html.Of($"""
                    <li><a href="#runs">The machine, the server or a setting changed {(breaks == 1 ? "once" : $"{breaks} times")}</a>:
                    figures before and after are not compared.</li>
                    """)
                : null)}
            {(untrusted > 0
                ? Html.Of($"""
                    <li><a href="#runs">{(untrusted == 1 ? "One run is" : $"{untrusted} runs are")} incomplete or invalid</a>
                    and not drawn.</li>
                    """)
                : null)}
            {(judged > 0
                ? Html.Of($"""
                    <li><a href="#runs">{(judged == 1 ? "One run" : $"{judged} runs")} judged the evidence of an earlier proof again</a>,
                    and {(judged == 1 ? "is" : "are")} not drawn: nothing was measured.</li>
                    """)
                : null)}
            {(leftOut.Count > 0
                ? Html.Of($"""
                    <li><a href="#left-out">{(leftOut.Count == 1 ? "One file" : $"{leftOut.Count} files")} could not be read</a>
                    and {(leftOut.Count == 1 ? "is" : "are")} left out.</li>
                    """)
                : null)}
            """);
    }
}

/// <summary>A file that should have been a run's record.</summary>
/// <param name="Faults">What is wrong with it, each naming the file.</param>
public sealed record LeftOutFile(string Path, IReadOnlyList<string> Faults);
