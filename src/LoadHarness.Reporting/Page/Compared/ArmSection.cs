using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page.Compared;

/// <summary>Two arms side by side: why B is worse, then times, counters, plans and indexes.</summary>
internal static class ArmSection
{
    private const int MostRows = 400;

    public static Section? Of(RunResult run) => run.Arms is not { } arms
        ? null
        : new(
            "arms",
            "Two arms",
            $"A is {arms.A}, B is {arms.B}, "
                + $"on {(arms.Workload is { } workload ? $"the workload {workload}" : $"{Format.Count(arms.Contacts)} leads")}, "
                + $"seed {arms.Seed}. {(run.Gate is { } gate ? $"The gate holds B against the pin {gate.Against}. " : "")}Times are "
                + "medians over turns with their quotient, B over A, and its 98% interval.",
            [.. Lists(run, arms), Times(arms), Counters(arms), Plans(arms), Indexes(arms)]);

    private static IEnumerable<Html> Lists(RunResult run, ArmComparison arms)
    {
        if (Causes.Of(arms) is { Count: > 0 } causes)
        {
            yield return HtmlComponents.Heading("Why B is worse", "The likeliest cause first.", "causes");
            yield return HtmlComponents.Notes(causes);
        }

        if (run.Gate is { } gate && GateDecision.Of(arms, gate).Improvements is { Count: > 0 } better)
        {
            yield return HtmlComponents.Heading("Much better, to be verified", "A test that does less looks like that too.", "better");
            yield return HtmlComponents.Notes(better);
        }

        if (arms.Undecided.Count == 0) yield break;
        yield return HtmlComponents.Heading("Not compared", id: "not-compared");
        yield return HtmlComponents.Notes(arms.Undecided);
    }

    private static Html Times(ArmComparison arms) => arms.Times.Count == 0
        ? Html.Nothing
        : Html.Of($"""
            {HtmlComponents.Heading("Times", id: "arm-times")}
            <div class="scroll" role="region" tabindex="0" aria-label="Table: times on both arms">
            <table class="changes sortable"><caption class="hidden">Times on both arms</caption>
            <thead><tr><th scope="col" class="what">Operation<th scope="col">Figure<th scope="col" class="n">A<th scope="col" class="n">B
                <th scope="col" class="said">B against A<th scope="col" class="n">Pairs
                <th scope="col" class="said">p95, A to B
                <th scope="col" class="axis"><span class="hidden">Quotient</span>{Html.Trusted(RatioChart.Header())}</thead>
            <tbody>
            {arms.Times.OrderByDescending(time => Math.Abs(Math.Log(time.Ratio))).Take(MostRows).Select(Row)}</table>
            </div>
            """);

    private static Html Row(ComparedTime time) => Html.Of($"""
        <tr><th scope="row">{new Name(time.Operation)}<td>{time.Metric}<td class=n>{Milliseconds(time, time.A)}
            <td class=n>{Milliseconds(time, time.B)}<td class="{Class(time)}">{time.Sentence()}<td class=n>{time.Pairs}
            <td class="said">{time.P95?.ToString() ?? "–"}
            <td class="axis">{Html.Trusted(RatioChart.Of(time.Metric, time.Ratio, time.Interval))}

        """);

    private static string Class(ComparedTime time) =>
        time.IsShownSlower ? "said is-worse" : time.IsShownFaster ? "said is-better" : "said";

    // The shift of all scenarios together is a quotient already.
    private static string Milliseconds(ComparedTime time, double value) =>
        time.Operation == ArmComparison.Whole ? Format.Significant(value) : $"{Format.Significant(value)} ms";

    private static Html Counters(ArmComparison arms) => Html.Of($"""
        {HtmlComponents.Heading(
            "Counters a call",
            "What differs by more than 2% and three times its spread between two passes of the same calls.",
            "arm-counters")}
        {(arms.Counters.Count == 0
            ? Html.Of($"<p>No operation's blocks, rows, temporary blocks or WAL differ.</p>")
            : HtmlComponents.Table(
                "Counters a call", ["Operation", "Counter", "A", "B", "B / A", "Spread", "Statement"],
                arms.Counters.OrderByDescending(change => change.Ratio ?? double.MaxValue).Take(MostRows).Select(change =>
                    (IReadOnlyList<Cell>)
                [
                    new Name(change.Operation), Html.Of($"{change.Counter}"), Format.Significant(change.A), Format.Significant(change.B),
                    change.Ratio is { } ratio ? Format.Significant(ratio) : "–", Format.Significant(change.Spread),
                    Html.Of($"{(change.Statement is { } statement ? Plain.Cut(statement, 300) : "–")}"),
                ]), "sortable"))}
        """);

    private static Html Plans(ArmComparison arms) => arms.Plans.Count == 0
        ? Html.Nothing
        : Html.Of($"""
            {HtmlComponents.Heading("Plans that changed", id: "arm-plans")}
            {HtmlComponents.Table(
                "Plans that changed", ["Statement", "Only on A", "Only on B", "Partitions scanned, A to B"],
                arms.Plans.Take(MostRows).Select(plan => (IReadOnlyList<Cell>)[new Name(plan.Operation), Nodes(plan.LostNodes),
                    Nodes(plan.NewNodes), plan.Partitions is { } scanned ? $"{scanned.A} to {scanned.B}" : "as many"]))}
            """);

    private static Html Nodes(IReadOnlyList<string> nodes) =>
        nodes.Count == 0 ? Html.Of($"–") : HtmlComponents.Links(nodes.Take(6).Select(node => Html.Of($"{Plain.Cut(node, 160)}")));

    private static Html Indexes(ArmComparison arms) => arms.Indexes.Count == 0
        ? Html.Nothing
        : Html.Of($"""
            {HtmlComponents.Heading("Bytes of indexes", id: "arm-indexes")}
            {HtmlComponents.Table(
                "Bytes of indexes", ["Index", "A", "B"],
                arms.Indexes.Take(MostRows).Select(index => (IReadOnlyList<Cell>)
                    [new Name(index.Index), index.A is { } a ? Format.Bytes(a) : "–", index.B is { } b ? Format.Bytes(b) : "–"]),
                        "sortable")}
            """);
}
