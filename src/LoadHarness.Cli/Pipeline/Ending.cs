using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Ends a run: judges, writes and tells. Whatever fails on the way, what was measured is kept and the verdict is told.</summary>
public static class Ending
{
    /// <param name="fault">The exit code of a fault that ended the run early; null for none.</param>
    public static async Task<ExitCode> EndAsync(RunRecord record, TerminalOutput terminal, HarnessOptions options, ExitCode? fault)
    {
        var run = record.End();
        try
        {
            run = RunJudge.Judge(run.ComparedWith(options.Baseline), options);
        }
        catch (Exception unjudged)
        {
            fault ??= unjudged is HarnessException ours ? ours.ExitCode : ExitCode.Fault;
            run = run with { IncompleteReason = run.IncompleteReason ?? $"It could not be judged: {Faults.Sentence(unjudged)}" };
        }

        var kept = await RunReport.KeepAsync(run, options.OutputDirectory, CancellationToken.None);
        if (kept.Files.Count == 0) fault ??= ExitCode.Fault;
        foreach (var note in kept.Notes) await Console.Error.WriteLineAsync(note);
        var exitCode = fault ?? ExitCodes.Of(kept.Run);
        Summary.Print(terminal, kept.Run, kept.Files, exitCode, options.Json);
        if (options.Open && Summary.PageOf(kept.Files) is { } page) PageOpener.Open(terminal, page);
        return exitCode;
    }
}
