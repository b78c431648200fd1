using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page.Compared;

/// <summary>What every index costs and whom it serves: what nothing wants first.</summary>
internal static class LedgerSection
{
    private const int MostRows = 400;

    public static Section? Of(RunResult run) => run.Ledger is { } ledger
        ? new("ledger", "Index ledger", Lead(ledger), Parts(ledger))
        : null;

    private static string Lead(IndexLedger ledger) =>
        $"Each index left out in turn, on a copy of one seeded cluster ({ledger.Arm}, {Format.Count(ledger.Contacts)} leads). "
            + "Costs are of one imported row and of one recipient of a campaign: "
            + "with the index less without it, ± by how much that differs between two passes. A cost below the spread says nothing. "
            + $"{Format.Bytes(ledger.Entries.Sum(entry => (double)entry.Index.Bytes))} in {ledger.Entries.Count} indexes.";

    private static IReadOnlyList<Html> Parts(IndexLedger ledger) =>
    [
        HtmlComponents.Table(
            "Index ledger",
            ["Index", "Table", "Verdict", "Size", "Import, WAL bytes", "Import, blocks", "Campaign, WAL bytes", "Campaign, blocks",
                "Without it"],
            ledger.Entries.OrderBy(entry => VerdictKinds.Severity(entry.Verdict().Kind))
                .ThenByDescending(entry => entry.Index.Bytes)
                .Take(MostRows).Select(Row), "sortable ledger"),
        Plans(ledger),
        ledger.StaleReasons.Count == 0
            ? Html.Nothing
            : HtmlComponents.Notes(ledger.StaleReasons.Select(
                name => $"index-reasons.json names {name}, which the schema does not have.")),
    ];

    private static IReadOnlyList<Cell> Row(LedgerEntry entry) =>
    [
        Html.Of($"""<span title="{Plain.Cut(entry.Index.Definition, 400)}">{new Name(entry.Index.Name)}</span>"""),
        new Name(entry.Index.Table),
        Scoreboard.Badge(entry.Verdict().Kind),
        Format.Bytes(entry.Index.Bytes),
        Cost(entry, "import", CounterNames.WalBytes),
        Cost(entry, "import", CounterNames.Blocks),
        Cost(entry, "campaign", CounterNames.WalBytes),
        Cost(entry, "campaign", CounterNames.Blocks),
        Html.Of($"{Plain.Cut(entry.Sentence(), 500)}"),
    ];

    private static string Cost(LedgerEntry entry, string operation, string counter) =>
        entry.Writes.FirstOrDefault(cost => cost.Counter == counter
            && cost.Operation.EndsWith($"/{operation}", StringComparison.Ordinal)) is { } cost
            ? $"{Format.Significant(cost.Index)} ± {Format.Significant(cost.Spread)}"
            : "–";

    private static Html Plans(IndexLedger ledger)
    {
        var plans = ledger.Entries.SelectMany(entry => entry.Plans.Select(plan => (entry, plan))).Take(MostRows).ToList();
        return plans.Count == 0
            ? Html.Nothing
            : HtmlComponents.Folded($"Plans that name an index: {plans.Count}", HtmlComponents.Table(
                "Plans that name an index", ["Index", "Statement", "With it", "Without it"],
                plans.Select(found => (IReadOnlyList<Cell>)
                [
                    new Name(found.entry.Index.Name), new Name(found.plan.Operation), Nodes(found.plan.LostNodes),
                        Nodes(found.plan.NewNodes),
                ])));
    }

    private static Html Nodes(IReadOnlyList<string> nodes) =>
        nodes.Count == 0 ? Html.Of($"–") : HtmlComponents.Links(nodes.Take(6).Select(node => Html.Of($"{Plain.Cut(node, 160)}")));
}
