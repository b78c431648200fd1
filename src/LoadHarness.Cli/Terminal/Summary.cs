using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Terminal;

/// <summary>The last lines a person sees: the judged targets, what makes the run doubtful, where the report is.</summary>
public static class Summary
{
    public static void Tell(Voice voice, RunResult run, IReadOnlyList<string> files, ExitCode exitCode, bool json)
    {
        voice.Line();
        foreach (var verdict in run.Verdicts.Where(verdict => verdict.Kind != VerdictKind.Unavailable)) voice.Line(Row(verdict));
        var unavailable = run.Verdicts.Where(verdict => verdict.Kind == VerdictKind.Unavailable).Select(verdict => verdict.Id).ToList();
        if (unavailable.Count > 0) voice.Line($"   not judged by this run: {string.Join(", ", unavailable)}");
        foreach (var warning in run.Warnings) voice.Line($"   note: {warning}");
        foreach (var reason in run.Invalid) voice.Line($"   INVALID: {reason}");
        if (run.IncompleteReason is { } incomplete) voice.Line($"   INCOMPLETE: {incomplete}");
        voice.Line($"Report: {files.FirstOrDefault(file => file.EndsWith("report.html", StringComparison.Ordinal))}");
        voice.Line($"{Words(exitCode)} (exit code {(int)exitCode}, {run.Identity.Duration.TotalSeconds:N0} s)");
        if (json) Console.Out.WriteLine(CheckReport.Of(run.Verdicts).ToJson());
    }

    private static string Row(Verdict verdict)
    {
        var sign = verdict.Direction == LimitDirection.AtMost ? "<" : ">=";
        var figure = verdict.Figure is { } value ? $"{Number(value)} {verdict.Unit}" : "no figure";
        var limit = verdict.Limit is { } bound ? $" (limit {sign} {Number(bound)})" : "";
        var caveats = verdict.Caveats.Count > 0 ? $"  [{string.Join("; ", verdict.Caveats)}]" : "";
        return $"   {verdict.Kind.ToString().ToLowerInvariant(),-12} {verdict.Id,-5} {figure}{limit}{caveats}";
    }

    private static string Number(double value) => Math.Abs(value) >= 100 ? $"{value:N0}" : $"{value:0.##}";

    private static string Words(ExitCode code) => code switch
    {
        ExitCode.AllMet => "All judged targets met",
        ExitCode.TargetMissed => "A target was missed",
        ExitCode.Inconclusive => "Inconclusive, invalid or incomplete",
        _ => "Ended by a fault",
    };
}
