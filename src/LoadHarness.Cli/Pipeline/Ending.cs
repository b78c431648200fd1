using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Ends a run: judges, writes and tells. Whatever fails on the way, what was measured is kept and the verdict is told.</summary>
internal static class Ending
{
    /// <summary>A fault while it is judged ends the run as one that was there before.</summary>
    public static RunResult Judge(PartialRun measured)
    {
        var run = measured.ToResult();
        try
        {
            return RunJudge.Judge(run.ComparedWith(measured.Options.Baseline), measured.Options);
        }
        catch (Exception unjudged)
        {
            return run with
            {
                IncompleteReason = run.IncompleteReason ?? $"It could not be judged: {Faults.Sentence(unjudged)}",
                Fault = run.Fault ?? Faults.CodeOf(unjudged),
            };
        }
    }

    /// <summary>Writes the run's folder; what cannot be written is told, and costs no verdict.</summary>
    public static async Task<KeptRun> KeepAsync(RunResult run, HarnessOptions options)
    {
        var kept = await RunReport.KeepAsync(run, options.OutputDirectory, CancellationToken.None);
        foreach (var note in kept.Notes) await Console.Error.WriteLineAsync(note);
        return kept;
    }

    /// <summary>Writes the run's folder, and tells what it comes to.</summary>
    public static async Task<ExitCode> ReportAsync(StageContext context, RunResult judged)
    {
        var (options, terminal) = (context.Options, context.Terminal);
        var kept = await KeepAsync(judged, options);
        var exitCode = kept.Loss is null ? ExitCodes.Of(kept.Run) : judged.Fault ?? ExitCode.Fault;
        Summary.Print(terminal, kept.Run, kept.Files, exitCode, options.Json, kept.Loss);
        if (options.Open && Summary.PageOf(kept.Files) is { } page) PageOpener.Open(terminal, page);
        return exitCode;
    }
}
