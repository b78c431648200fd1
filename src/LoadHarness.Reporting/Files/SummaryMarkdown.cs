using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Files;

/// <summary><c>summary.md</c>: what a person needs in a pull request or on a job's page.</summary>
internal static class SummaryMarkdown
{
    private const string Special = "\\`*_{}[]()#+!|~";

    public static string Of(RunResult run)
    {
        var outcome = RunOutcome.Of(run);
        var text = new StringBuilder($"## {outcome.Symbol} {Escape(outcome.Headline)} ({outcome.Word})\n\n{outcome.Meaning}\n\n");
        foreach (var reason in outcome.Reasons) text.Append($"- {Escape(reason)}\n");
        if (outcome.Reasons.Count > 0) text.Append('\n');

        text.Append($"Run `{Code(run.Identity.Id)}`: {Leads(run)}, {Escape(run.Server?.Version ?? "no server")}, commit `{Code(run.Identity.Commit)}`, {Wording.Duration(run.Identity.Duration)}.\n\n");
        AppendTargets(text, [.. run.Verdicts.Where(verdict => verdict.Kind != VerdictKind.Unavailable)]);
        AppendUnavailable(text, [.. run.Verdicts.Where(verdict => verdict.Kind == VerdictKind.Unavailable)]);
        foreach (var warning in run.Warnings) text.Append($"> Note: {Escape(warning)}\n\n");
        return text.ToString();
    }

    private static void AppendTargets(StringBuilder text, IReadOnlyList<Verdict> verdicts)
    {
        if (verdicts.Count == 0) return;
        text.Append("| Target | Verdict | Limit | Measured | Margin | 95% interval | Samples | Caveats |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var verdict in verdicts)
        {
            text.Append($"| **{Escape(verdict.Id)}** {Escape(verdict.Title)} | {RunOutcome.SymbolOf(verdict.Kind)} {CheckReport.Word(verdict.Kind)} | {Escape(Wording.Limit(verdict))} ")
                .Append($"| {Escape(Wording.Figure(verdict.Figure, verdict.Unit))} | {Wording.Margin(verdict)} | {Escape(Wording.Interval(verdict.Interval, verdict.Unit))} ")
                .Append($"| {Wording.Count(verdict.Samples)} | {Escape(string.Join("; ", verdict.Caveats))} |\n");
        }
        text.Append('\n');
    }

    private static void AppendUnavailable(StringBuilder text, IReadOnlyList<Verdict> verdicts)
    {
        if (verdicts.Count == 0) return;
        text.Append($"<details><summary>{verdicts.Count} targets not judged in this run</summary>\n\n");
        foreach (var verdict in verdicts) text.Append($"- **{Escape(verdict.Id)}** {Escape(verdict.Title)}: {Escape(verdict.Evidence)}\n");
        text.Append("\n</details>\n\n");
    }

    private static string Leads(RunResult run) => run.Seed is { } seed ? $"{Wording.Count(seed.Contacts)} leads" : "no leads";

    private static string Code(string text) => OneLine(text).Replace('`', '\'');

    private static string Escape(string text) => string.Concat(OneLine(text).Select(c => c switch
    {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        _ => Special.Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString(),
    }));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
