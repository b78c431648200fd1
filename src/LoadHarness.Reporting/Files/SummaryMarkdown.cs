using System.Text;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Files;

/// <summary><c>summary.md</c>: what a person needs in a pull request or on a job's page, always below 64 kB.</summary>
internal static class SummaryMarkdown
{
    private const string Special = "\\`*_{}[]()#+!|~";

    // A comment of GitHub takes 65,536 characters; escaping may double a text.
    private const int LongestText = 400;
    private const int MostLines = 30;
    private const int MostRows = 60;
    private const int LongestFile = 60_000;

    public static string Of(RunResult run)
    {
        RunVerdict outcome = RunVerdict.Of(run);
        var text = new StringBuilder($"## {outcome.Symbol} {Escape(outcome.Headline)} ({outcome.Word})\n\n");
        if (outcome.Scope != outcome.Headline) text.Append($"{Escape(outcome.Scope)}. ");
        text.Append($"{outcome.Meaning}\n\n");
        AppendList(text, outcome.Reasons);
        text.Append($"Run `{Code(run.Identity.Id)}`, exit code {(int)outcome.ExitCode}: {Circumstances(run)}.\n\n");

        var deciding = RunScope.Deciding(run);
        var judged = deciding.Where(verdict => verdict.IsJudged).ToList();
        var common = Common(judged);
        foreach (var alike in common.GroupBy(caveat => Without(judged, caveat)))
            text.Append($"Of every figure{Escape(alike.Key)}: {Escape(string.Join("; ", alike).TrimEnd('.'))}.\n\n");
        AppendTable(text, [.. RunScope.WorstFirst(judged)], common);
        AppendErrors(text, run);
        Fold(text, "met", [.. judged.Where(verdict => verdict.Kind == VerdictKind.Met)], met =>
        {
            AppendTable(text, [.. met.Take(MostRows)], common);
            if (met.Count > MostRows) text.Append($"{More(met.Count - MostRows)}\n\n");
        });
        Fold(text, "not judged in this run", [.. deciding.Where(verdict => !verdict.IsJudged)],
            others => AppendList(text, [.. others.Select(VerdictWords.Line)]));
        if (ComparedText.Of(run) is { } found) text.Append(found).Append('\n');
        foreach (var warning in run.Warnings.Take(MostLines)) text.Append($"> Note: {Escape(warning)}\n\n");
        if (run.Warnings.Count > MostLines) text.Append($"> Notes: {More(run.Warnings.Count - MostLines)}\n\n");
        return text.Length <= LongestFile
            ? text.ToString()
            : text.ToString(0, LongestFile) + "\n\nCut here; the rest is in report.html and run.json.\n";
    }

    private static string Circumstances(RunResult run) => string.Join(", ",
    [
        run.Seed?.Scale() ?? (run.Contacts is { } contacts ? $"{Format.Count(contacts)} leads" : "no leads"),
        $"profile {Escape(RunCircumstances.Profile(run))}",
        Escape(RunCircumstances.Server(run) ?? "no server"),
        Escape(RunCircumstances.Machine(run)),
        .. run.Agents.Count > 0 ? [Format.Counted(run.Agents.Count, "generator")] : Array.Empty<string>(),
        RunCircumstances.IsOfEvidence(run)
            ? $"measured {RunCircumstances.Started(run):yyyy-MM-dd HH:mm} UTC, judged again at commit `{Code(run.Identity.Commit)}`"
            : $"commit `{Code(run.Identity.Commit)}`",
        Format.Duration(RunCircumstances.Duration(run)),
    ]);

    /// <summary>A caveat of most figures is told once.</summary>
    private static List<string> Common(List<Verdict> judged) =>
        [.. judged.SelectMany(verdict => verdict.Caveats.Distinct()).GroupBy(caveat => caveat)
            .Where(group => group.Count() > 1 && group.Count() * 2 > judged.Count).Select(group => group.Key)];

    /// <summary>" but RE-4, SC-1": the figures that a common caveat is not of; nothing where it is of all.</summary>
    private static string Without(List<Verdict> judged, string caveat)
    {
        var others = judged.Where(verdict => verdict.Figure is not null && !verdict.Caveats.Contains(caveat)).ToList();
        return others.Count == 0 ? "" : $" but {string.Join(", ", others.Select(verdict => verdict.Id))}";
    }

    private static void AppendTable(StringBuilder text, IReadOnlyList<Verdict> verdicts, List<string> common)
    {
        if (verdicts.Count == 0) return;
        text.Append("| Target | Verdict | Measured | Limit | 95% interval, or what was checked | Samples | Why, and what qualifies it |\n")
            .Append("|---|---|---|---|---|---|---|\n");
        foreach (var verdict in verdicts)
        {
            var measured = (verdict.Subject is { } subject ? subject + " " : "") + VerdictWords.Figure(verdict);
            var reasons = new[] { verdict.Reason }.OfType<string>().Concat(verdict.Caveats.Except(common));
            text.Append($"| **{Escape(verdict.Id)}** {Escape(verdict.Title)} ")
                .Append($"| {RunVerdict.SymbolOf(verdict.Kind)} {CheckReport.Word(verdict.Kind)} ")
                .Append($"| {Escape(measured)} | {Escape(Format.Limit(verdict))} ")
                .Append($"| {Escape(VerdictWords.Interval(verdict))} | {Format.Count(verdict.Samples)} ")
                .Append($"| {Escape(string.Join("; ", reasons))} |\n");
        }
        text.Append('\n');
    }

    private static void AppendErrors(StringBuilder text, RunResult run)
    {
        var failed = run.Scenarios.Where(scenario => scenario.Accounting.Failed > 0).ToList();
        foreach (var scenario in failed.Take(MostLines))
            text.Append($"Errors of {Escape(scenario.Name)}: {Escape(string.Join(", ", ErrorGroups.Of(scenario).Words()))}\n\n");
        if (failed.Count > MostLines) text.Append($"Errors of scenarios: {More(failed.Count - MostLines)}\n\n");
    }

    /// <param name="append">Bounds what it is given, and says how many it leaves out.</param>
    private static void Fold(StringBuilder text, string what, IReadOnlyList<Verdict> verdicts, Action<IReadOnlyList<Verdict>> append)
    {
        if (verdicts.Count == 0) return;
        text.Append($"<details><summary>{Format.Counted(verdicts.Count, "target")} {what}</summary>\n\n");
        append(verdicts);
        text.Append("</details>\n\n");
    }

    private static void AppendList(StringBuilder text, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        foreach (var line in lines.Take(MostLines)) text.Append($"- {Escape(line)}\n");
        if (lines.Count > MostLines) text.Append($"- {More(lines.Count - MostLines)}\n");
        text.Append('\n');
    }

    private static string More(int leftOut) => $"and {Format.Count(leftOut)} more, in report.html";

    private static string Code(string text) => Format.Cut(OneLine(text), LongestText).Replace('`', '\'');

    private static string Escape(string text) => string.Concat(Format.Cut(OneLine(text), LongestText).Select(c => c switch
    {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        _ => Special.Contains(c, StringComparison.Ordinal) ? $"\\{c}" : c.ToString(),
    }));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
