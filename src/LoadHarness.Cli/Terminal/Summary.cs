using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Terminal;

/// <summary>
/// The last lines a person sees: the judged targets, what makes the run doubtful, where the report is, and what it comes to.
/// </summary>
internal static class Summary
{
    /// <param name="error">A fault after the run was judged: it could not be kept, or cannot be read again. Null for none.</param>
    public static void Print(
        TerminalOutput terminal, RunResult run, IReadOnlyList<string> files, ExitCode exitCode, bool json, string? error = null)
    {
        foreach (var line in Lines(run, files, exitCode)) terminal.Line(line);
        if (json) JsonOutput.Write(Report(run, exitCode, error));
    }

    /// <summary>What <c>--json</c> prints: it says what the exit code says.</summary>
    /// <param name="error">As of <see cref="Print"/>.</param>
    public static CheckReport Report(RunResult run, ExitCode exitCode, string? error = null)
    {
        var report = CheckReport.Of(run);
        return error is null ? report : report with { Error = error, ExitCode = (int)exitCode };
    }

    /// <returns>Null when it could not be written.</returns>
    public static string? PageOf(IReadOnlyList<string> files) =>
        files.FirstOrDefault(file => file.EndsWith("report.html", StringComparison.Ordinal));

    public static IEnumerable<string> Lines(RunResult run, IReadOnlyList<string> files, ExitCode exitCode)
    {
        RunVerdict outcome = RunVerdict.Of(run);
        yield return "";
        foreach (var verdict in RunScope.Deciding(run).Where(verdict => verdict.IsJudged)) yield return $"   {Row(verdict)}";
        foreach (var warning in run.Warnings) yield return $"   note: {warning}";
        yield return "";
        yield return $"{outcome.Symbol} {outcome.Headline}";
        foreach (var reason in outcome.Reasons) yield return $"   {reason}";
        yield return $"Report: {PageOf(files)}";
        yield return $"{Ending(outcome, exitCode)} (exit code {(int)exitCode}, {run.Identity.Duration.TotalSeconds:N0} s)";
    }

    private static string Row(Verdict verdict) =>
        VerdictWords.Line(verdict) + (verdict.Caveats.Count > 0 ? $"  [{string.Join("; ", verdict.Caveats)}]" : "");

    private static string Ending(RunVerdict outcome, ExitCode exitCode) =>
        ExitCodes.IsDecided(exitCode) || exitCode == ExitCode.Inconclusive
            ? (outcome.Scope == outcome.Headline ? outcome.Word : $"{outcome.Word}: {outcome.Scope}")
            : "ended by a fault";
}
