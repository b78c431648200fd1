using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page.SideBySide;

/// <summary>Figure by figure what one run has and the other: worse first, then better, then what shows no difference.</summary>
internal static class ChangeSections
{
    private const int MostRows = 400;

    public static Section? Operations(IReadOnlyList<ComparedPair> pairs) => Of(
        "operations", "Operations",
        "Response times of every operation; requests a minute of scenarios whose users wait for their responses. Worse first. "
            + "The axis: dot, the quotient of the two runs; whisker, its 95% interval.",
        pairs, comparison => comparison.Operations, "Operation");

    public static Section? Statements(IReadOnlyList<ComparedPair> pairs) => Of(
        "statements", "Statements",
        "What a call cost on the server, of the statements that both runs kept, matched by their text. "
            + "Blocks are those of shared buffers that were touched. Calls that failed are in no figure: the server does not count them.",
        pairs, comparison => comparison.Statements, "Statement");

    public static Section? Sizes(IReadOnlyList<ComparedPair> pairs) => Of(
        "sizes", "Sizes",
        "Bytes after the scenarios. What differs by less than 2% is left out.",
        pairs, comparison => [.. comparison.Sizes.Where(change => change.IsWorse || change.IsBetter || change.Ratio is null)], "Relation");

    private static Section? Of(
        string id, string title, string introduction, IReadOnlyList<ComparedPair> pairs,
        Func<RunComparison, IReadOnlyList<RunChange>> changes, string what)
    {
        var parts = pairs.SelectMany(pair => Parts(id, title, pair, changes(pair.Comparison), what)).ToList();
        return pairs.All(pair => changes(pair.Comparison).Count == 0) && id != "sizes" ? null : new(id, title, introduction, parts);
    }

    private static IEnumerable<Html> Parts(string id, string title, ComparedPair pair, IReadOnlyList<RunChange> changes, string what)
    {
        yield return HtmlComponents.Heading($"{pair.B} against A",
            $"{changes.Count(change => change.IsWorse)} worse, {changes.Count(change => change.IsBetter)} better.", pair.Place(id));
        if (changes.Count == 0) yield break;
        yield return Html.Of($"""
            <div class="scroll" role="region" tabindex="0" aria-label="Table: {title}, {pair.B} against A">
            <table class="changes sortable"><caption class="hidden">{title}, {pair.B} against A</caption>
            <thead><tr><th scope="col" class="what">{what}<th scope="col">Metric<th scope="col" class="n">A
                <th scope="col" class="n">{pair.B}<th scope="col" class="said">{pair.B} against A
                <th scope="col" class="axis"><span class="hidden">Quotient</span>{Html.Trusted(RatioChart.Header())}</thead>
            <tbody>
            {changes.Take(MostRows).Select(change => Row(pair, change))}</table>
            </div>
            """);
        if (changes.Count > MostRows)
            yield return Html.Of($"""<p class="note">{Format.Count(changes.Count - MostRows)} more, without a difference shown.</p>""");
    }

    private static Html Row(ComparedPair pair, RunChange change) => Html.Of($"""
        <tr><th scope="row">{Label(change.Name)}<td>{change.Metric}<td class=n>{Figure(change.A, change.Unit)}
            <td class=n>{Figure(change.B, change.Unit)}<td class="{Class(change)}">{pair.Words(change)}
            <td class="axis">{(RatioChart.Of(change) is { } svg ? Html.Trusted(svg) : Html.Of($"–"))}

        """);

    /// <summary>A long statement opens.</summary>
    private static Html Label(string name) => StatementText.Short(name) is var line && line == name
        ? Html.Of($"{new Name(name)}")
        : Html.Of($"""<details class="statement"><summary><code>{line}</code></summary><pre>{Plain.Cut(name, 8_200)}</pre></details>""");

    public static string Figure(double? figure, string unit) => (figure, unit) switch
    {
        (null, _) => "–",
        ({ } bytes, "bytes") => Format.Bytes(bytes),
        ({ } milliseconds, "ms") when milliseconds < 1e12 => Format.Duration(TimeSpan.FromMilliseconds(milliseconds)),
        _ => Format.Figure(figure, unit),
    };

    private static string Class(RunChange change) => change.IsWorse ? "said is-worse" : change.IsBetter ? "said is-better" : "said";
}
