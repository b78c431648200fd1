using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Comparing;

/// <summary>A comparison for people, as Markdown that also reads well on a terminal: causes first, then one table.</summary>
public static class ComparisonText
{
    public static string Of(ArmComparison comparison)
    {
        var text = new StringBuilder();
        text.Append($"# {comparison.Headline}\n\n");
        text.Append($"A: `{MarkdownText.Of(comparison.A)}` · B: `{MarkdownText.Of(comparison.B)}` · ");
        text.Append($"{Rows(comparison)}, seed {comparison.Seed} · ");
        text.Append($"PostgreSQL {MarkdownText.Of(comparison.ServerA.Version)} and {MarkdownText.Of(comparison.ServerB.Version)} · "
            + $"{comparison.StartedUtc:yyyy-MM-dd HH:mm} UTC, {comparison.Duration.TotalMinutes:0.0} min\n");
        List(text, "Causes", Causes.Of(comparison));
        List(text, "Not compared", comparison.Undecided);
        Counters(text, comparison.Counters);
        Times(text, comparison.Times);
        Plans(text, comparison.Plans);
        Indexes(text, comparison.Indexes);
        return text.Append(StageText.Of(comparison.Stages)).ToString();
    }

    private static string Rows(ArmComparison comparison) => comparison.Workload is { } workload
        ? $"workload {MarkdownText.Of(workload)}"
        : $"{comparison.Contacts:N0} leads";

    private static void List(StringBuilder text, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        text.Append($"\n## {title}\n\n");
        foreach (var line in lines) text.Append($"- {MarkdownText.Of(line)}\n");
    }

    private static void Counters(StringBuilder text, IReadOnlyList<CounterChange> changes)
    {
        text.Append("\n## Counters a call\n\n");
        if (changes.Count == 0)
        {
            text.Append("No operation's blocks, rows, temporary blocks or WAL differ by more than 2% and three times their spread.\n");
            return;
        }

        text.Append("| operation | counter | A | B | B / A | spread |\n|---|---|---:|---:|---:|---:|\n");
        foreach (var change in changes.OrderByDescending(change => change.Ratio ?? double.MaxValue))
            text.Append($"| {MarkdownText.Of(change.Operation)} | {MarkdownText.Of(change.Counter)} | {change.A:0.##} | {change.B:0.##} | "
                + $"{Ratio(change)} | {change.Spread:0.##} |\n");
    }

    private static void Times(StringBuilder text, IReadOnlyList<ComparedTime> times)
    {
        if (times.Count == 0) return;
        text.Append("\n## Times\n\n| operation | figure | A, ms | B, ms | result | pairs | p95, A to B |\n"
            + "|---|---|---:|---:|---|---:|---|\n");
        foreach (var time in times.OrderByDescending(time => Math.Abs(Math.Log(time.Ratio))))
            text.Append($"| {MarkdownText.Of(time.Operation)} | {MarkdownText.Of(time.Metric)} | {time.A:0.###} | {time.B:0.###} | "
                + $"{time.Sentence()} | {time.Pairs} | {time.P95?.ToString() ?? "–"} |\n");
    }

    private static void Plans(StringBuilder text, IReadOnlyList<PlanChange> plans)
    {
        if (plans.Count == 0) return;
        text.Append("\n## Plans that changed\n\n| statement | only on A | only on B | partitions scanned, A to B |\n|---|---|---|---|\n");
        foreach (var plan in plans)
            text.Append($"| {MarkdownText.Of(plan.Operation)} | {Nodes(plan.LostNodes)} | {Nodes(plan.NewNodes)} | "
                + $"{(plan.Partitions is { } scanned ? $"{scanned.A} to {scanned.B}" : "as many")} |\n");
    }

    private static void Indexes(StringBuilder text, IReadOnlyList<IndexBytesChange> indexes)
    {
        if (indexes.Count == 0) return;
        text.Append("\n## Bytes of indexes\n\n| index | A | B |\n|---|---:|---:|\n");
        foreach (var index in indexes)
            text.Append($"| {MarkdownText.Of(index.Index)} | {Bytes(index.A)} | {Bytes(index.B)} |\n");
    }

    private static string Nodes(IReadOnlyList<string> nodes) => string.Join("<br>", nodes.Select(MarkdownText.Of));

    private static string Ratio(CounterChange change) => change.Ratio is { } ratio ? $"{ratio:0.00}" : "–";

    private static string Bytes(long? bytes) => bytes is { } value ? $"{value / 1048576.0:N1} MiB" : "–";
}
