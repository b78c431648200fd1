using System.Text;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>The ledger for people, as Markdown that also reads well on a terminal: what nothing wants first.</summary>
public static class LedgerText
{
    public static string Of(IndexLedger ledger)
    {
        var text = new StringBuilder();
        text.Append($"# Index ledger: {CheckReport.Tally(ledger.Verdicts)}\n\n");
        text.Append($"`{MarkdownText.Of(ledger.Arm)}` · {ledger.Contacts:N0} leads, "
            + $"seed {ledger.Seed} · PostgreSQL {MarkdownText.Of(ledger.Server)} · ");
        text.Append($"{ledger.StartedUtc:yyyy-MM-dd HH:mm} UTC, {ledger.Duration.TotalMinutes:0.0} min · ");
        text.Append($"{Format.Bytes(ledger.Entries.Sum(entry => entry.Index.Bytes))} in {ledger.Entries.Count} indexes\n\n");
        text.Append("Each index left out in turn, on a copy of one seeded cluster. Costs are of one imported row and of one recipient of a "
            + "campaign, with the index / without it, ± the spread of that difference over two passes: a smaller one says nothing.\n");
        Table(text, [.. ledger.Entries.Where(entry => entry.Scenarios.Count > 0)]);
        Rest(text, [.. ledger.Entries.Where(entry => entry.Scenarios.Count == 0)]);
        Plans(text, ledger.Entries);
        foreach (var stale in ledger.StaleReasons)
            text.Append($"\nindex-reasons.json names {MarkdownText.Of(stale)}, which the schema does not have.\n");
        return text.ToString();
    }

    private static void Table(StringBuilder text, IReadOnlyList<LedgerEntry> measured)
    {
        if (measured.Count == 0) return;
        text.Append("\n## Left out in turn\n\n| index | table | size | import, WAL bytes | import, blocks | campaign, "
            + "WAL bytes | campaign, blocks | without it |\n|---|---|---:|---:|---:|---:|---:|---|\n");
        foreach (var entry in measured.OrderBy(entry => entry.Verdict().Kind == VerdictKind.Missed ? 0 : 1)
            .ThenBy(entry => entry.IsServing))
        {
            text.Append($"| {Name(entry)} | {MarkdownText.Of(entry.Index.Table)} | {Format.Bytes(entry.Index.Bytes)} |");
            text.Append($" {Cost(entry, "import", CounterNames.WalBytes)} | {Cost(entry, "import", CounterNames.Blocks)} |");
            text.Append($" {Cost(entry, "campaign", CounterNames.WalBytes)} | {Cost(entry, "campaign", CounterNames.Blocks)} |");
            text.Append($" {MarkdownText.Of(entry.Sentence())} |\n");
        }
    }

    private static void Rest(StringBuilder text, IReadOnlyList<LedgerEntry> others)
    {
        if (others.Count == 0) return;
        text.Append("\n## Not left out: keys, and tables that no scenario touches\n\n| index | table | size | |\n|---|---|---:|---|\n");
        foreach (var entry in others.OrderBy(entry => entry.Verdict().Kind == VerdictKind.Missed ? 0 : 1))
            text.Append($"| {Name(entry)} | {MarkdownText.Of(entry.Index.Table)} | {Format.Bytes(entry.Index.Bytes)} | "
                + $"{MarkdownText.Of(entry.Verdict().Evidence)} |\n");
    }

    private static void Plans(StringBuilder text, IReadOnlyList<LedgerEntry> entries)
    {
        if (entries.All(entry => entry.Plans.Count == 0)) return;
        text.Append(
            "\n## Plans that name an index, and what they are without it\n\n| index | statement | with | without |\n|---|---|---|---|\n");
        foreach (var (entry, plan) in entries.SelectMany(entry => entry.Plans.Select(plan => (entry, plan))))
            text.Append($"| {MarkdownText.Of(entry.Index.Name)} | {MarkdownText.Of(plan.Operation)} | {Nodes(plan.LostNodes)} | "
                + $"{Nodes(plan.NewNodes)} |\n");
    }

    private static string Nodes(IEnumerable<string> nodes) => string.Join("<br>", nodes.Select(MarkdownText.Of));

    private static string Name(LedgerEntry entry) => entry.Verdict().Kind == VerdictKind.Missed
        ? $"**{MarkdownText.Of(entry.Index.Name)}**"
        : MarkdownText.Of(entry.Index.Name);

    private static string Cost(LedgerEntry entry, string operation, string counter) =>
        entry.Writes.FirstOrDefault(cost => cost.Counter == counter
            && cost.Operation.EndsWith($"/{operation}", StringComparison.Ordinal)) is { } cost
            ? $"{Format.Significant(cost.With)} / {Format.Significant(cost.Without)} ± {Format.Significant(cost.Spread)}"
            : "–";
}
