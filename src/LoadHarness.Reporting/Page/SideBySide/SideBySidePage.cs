using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page.SideBySide;

/// <summary>
/// <c>compare.html</c>: recorded runs next to the first of them. What else differs than the code stands before any figure.
/// </summary>
internal static class SideBySidePage
{
    private const int MostTold = 3;

    /// <param name="runs">Two or more; the first is the one that the others are held against.</param>
    /// <param name="toolVersion">Of the program that makes the page.</param>
    public static string Render(IReadOnlyList<RunResult> runs, string toolVersion)
    {
        IReadOnlyList<ComparedPair> pairs = [.. runs.Skip(1).Select((run, index) => ComparedPair.Of(runs[0], run, index + 1))];
        var sections = new[]
        {
            CircumstanceSection.Of(runs, pairs),
            TargetColumns.Of(runs, pairs),
            ChangeSections.Operations(pairs),
            ChangeSections.Statements(pairs),
            PlanColumns.Of(pairs),
            ChangeSections.Sizes(pairs),
            Reading(pairs),
        }.OfType<Section>().ToList();
        return ReportPage.Frame(
            $"LoadHarness: {runs.Count} runs side by side",
            Html.Of($"""<a class="word" href="#verdict">{runs.Count} runs</a>"""),
            First(runs, pairs),
            sections,
            Html.Of($"""Rendered by LoadHarness {toolVersion} from the <code>run.json</code> of each run."""));
    }

    private static Html First(IReadOnlyList<RunResult> runs, IReadOnlyList<ComparedPair> pairs) => Html.Of($"""
        <p class="product">LoadHarness: {runs.Count} runs side by side</p>
        <div class="verdict" id="verdict">
        <p class="verdict-word">{Word(pairs)}</p>
        <h1>{string.Join("; ", Faults(pairs).Select(fault => $"{fault.Run} is {fault.Fault.State}")
            .Concat(pairs.Take(MostTold).Select(pair => Plain.Cut(pair.Headline, 500))))}</h1>
        <p class="meaning">{Caveat(pairs)}</p>
        <ul class="reasons">{Faults(pairs).Select(Warning)}{pairs.SelectMany(Told)}</ul>
        </div>
        {HtmlComponents.Table("Runs", ["Run", "Id", "Verdict", "Started", "Commit", "Leads", "Machine"], runs.Select(Row))}
        """);

    private static string Word(IReadOnlyList<ComparedPair> pairs) =>
        Faults(pairs).Any() ? "Figures that must not be trusted"
        : pairs.Any(pair => pair.Comparison.Differences.Count > 0) ? "Not the same circumstances"
        : "The same load on the same machine";

    private static IEnumerable<(string Run, RunFault Fault)> Faults(IReadOnlyList<ComparedPair> pairs) =>
        pairs[0].Comparison.FaultsOfA.Select(fault => ("A", fault))
            .Concat(pairs.SelectMany(pair => pair.Comparison.FaultsOfB.Select(fault => (pair.B, fault))));

    private static Html Warning((string Run, RunFault Fault) found) =>
        Html.Of($"<li>{Plain.Cut(found.Fault.Sentence(found.Run), 500)} Decide nothing from its figures.</li>");

    private static IEnumerable<Html> Told(ComparedPair pair)
    {
        if (pair.Comparison.VerdictTally("A", pair.B) is { } verdicts)
            yield return Html.Of($"""<li><a href="#targets">{pair.B} against A</a>: {Plain.Cut(verdicts, 500)}.</li>""");
        if (pair.Comparison.Differences.Count > 0)
        {
            var more = pair.Comparison.Differences.Count - 1;
            yield return Html.Of($"""<li><a href="#circumstances">{pair.B} differs from A</a> in """
                + $"""{Plain.Cut(pair.Comparison.Differences[0], 200)}{(more > 0 ? $", and {more} more" : "")}. Any of it may be the """
                + $"""cause of a change.</li>""");
        }

        foreach (var change in pair.Comparison.Worse.Concat(pair.Comparison.Better).Take(MostTold))
            yield return Html.Of($"""<li><a href="#{pair.Place("operations")}">{new Name(change.Name)}</a> {change.Metric}: {pair.B} """
                + $"""is {pair.Words(change)}</li>""");
    }

    private static string Caveat(IReadOnlyList<ComparedPair> pairs) =>
        $"One run against one run. Each interval holds what was sampled within the two runs, and that two runs of the same code differ "
            + $"by up to {Format.Significant(RunSpread.OfSame)} times. "
        + $"About {Format.Counted(pairs.Sum(pair => pair.Comparison.ByChance), "figure")} of "
        + $"{Format.Count(pairs.Sum(pair => pair.Comparison.Compared))} would show a difference by chance alone. "
        + "To be sure, load both in turns: ./run.sh compare --a … --b …";

    private static IReadOnlyList<Cell> Row(RunResult run, int index)
    {
        var outcome = RunVerdict.Of(run);
        return
        [
            Html.Of($"<strong>{RunLetters.Of(index)}</strong>"),
            new Name(run.Identity.Id),
            Html.Of($"""<span class="word is-{outcome.Class}">{HtmlComponents.Symbol(outcome.Symbol)} {outcome.Word}</span>"""),
            Html.Of($"{RunCircumstances.Started(run).ToString("d MMM yyyy, HH:mm 'UTC'")}"),
            Html.Of($"{RunCircumstances.Commit(run)}"),
            Leads(run),
            Html.Of($"{Plain.Cut(RunCircumstances.Machine(run), 140)}"),
        ];
    }

    private static Cell Leads(RunResult run) => run switch
    {
        { Seed: { } seed } when !seed.Spread.IsOne() => Html.Of($"{seed.Scale()}"),
        { Contacts: { } leads } => Html.Of($"{Format.Count(leads)}"),
        _ => "–",
    };

    private static Section Reading(IReadOnlyList<ComparedPair> pairs) => new(
        "reading", "How to read it", null,
        [
            Html.Of($"""
                <dl class="definitions">
                <div><dt>1.15x slower (1.02 to 1.3)</dt><dd>The figure of {pairs[0].B} is 1.15 times that of A,
                    and the whole 95% interval of the quotient lies on one side of 1.</dd></div>
                <div><dt>no difference shown</dt><dd>The interval holds 1: neither a change nor its absence is shown.</dd></div>
                <div><dt>without an interval</dt><dd>One of the figures has no interval, because it rests on too few requests.</dd></div>
                <div><dt>1.6% left to 16% left</dt><dd>Of percent saved, what is left is compared: 98.4% and 84% saved differ by ten
                    times.</dd></div>
                <div><dt>not compared</dt><dd>More than 1% of the requests failed, were skipped or got no answer, and times are of the
                    others. It counts as worse where {pairs[0].B} alone is at fault, or far more so than A.</dd></div>
                <div><dt>Counters and bytes</dt><dd>They have no sampling error. Differences below 2% are none: two passes of the same work
                    differ by that.</dd></div>
                </dl>
                """),
        ]);
}

/// <summary>A run held against A.</summary>
/// <param name="B">Its letter.</param>
internal sealed record ComparedPair(string B, RunComparison Comparison)
{
    public static ComparedPair Of(RunResult first, RunResult run, int index) => new(RunLetters.Of(index), RunComparison.Of(first, run));

    /// <summary>"B against A: 0 worse, 0 better, 0 without a difference shown, 1 verdict changed (ER-4 met in A, missed in B)".</summary>
    public string Headline => $"{B} against A: {Comparison.Tally}"
        + (Comparison.VerdictTally("A", B) is { } verdicts ? $", {verdicts}" : "");

    public string Words(RunChange change) => change.Sentence("A", B);

    public string Place(string section) => $"{section}-{B}";
}
