using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Terminal;

/// <summary>The last lines a person sees: the judged targets, what makes the run doubtful, where the report is, and what it comes to.</summary>
public static class Summary
{
    public static void Tell(Voice voice, RunResult run, IReadOnlyList<string> files, ExitCode exitCode, bool json)
    {
        var outcome = RunOutcome.Of(run);
        voice.Line();
        foreach (var verdict in run.Verdicts.Where(verdict => verdict.IsJudged)) voice.Line($"   {Row(verdict)}");
        foreach (var warning in run.Warnings) voice.Line($"   note: {warning}");
        voice.Line();
        voice.Line($"{outcome.Symbol} {outcome.Headline}");
        foreach (var reason in outcome.Reasons) voice.Line($"   {reason}");
        voice.Line($"Report: {files.FirstOrDefault(file => file.EndsWith("report.html", StringComparison.Ordinal))}");
        voice.Line($"{Ending(outcome, exitCode)} (exit code {(int)exitCode}, {run.Identity.Duration.TotalSeconds:N0} s)");
        if (json) Console.Out.WriteLine(CheckReport.Of(run.Verdicts).ToJson());
    }

    private static string Row(Verdict verdict) =>
        VerdictWords.Line(verdict) + (verdict.Caveats.Count > 0 ? $"  [{string.Join("; ", verdict.Caveats)}]" : "");

    private static string Ending(RunOutcome outcome, ExitCode exitCode) =>
        exitCode == outcome.ExitCode ? (outcome.Scope == outcome.Headline ? outcome.Word : $"{outcome.Word}: {outcome.Scope}") : "ended by a fault";
}
