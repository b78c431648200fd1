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
    public static JudgedRun Judge(PartialRun measured)
    {
        var run = measured.ToResult();
        try
        {
            return new(RunJudge.Judge(run.ComparedWith(measured.Options.Baseline), measured.Options), measured.Fault);
        }
        catch (Exception unjudged)
        {
            return new(
                run with { IncompleteReason = run.IncompleteReason ?? $"It could not be judged: {Faults.Sentence(unjudged)}" },
                measured.Fault ?? (unjudged is HarnessException ours ? ours.ExitCode : ExitCode.Fault));
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
    public static async Task<ExitCode> ReportAsync(StageContext context, JudgedRun judged)
    {
        var (options, terminal) = (context.Options, context.Terminal);
        var kept = await KeepAsync(judged.Run, options);
        var exitCode = judged.Fault ?? (kept.Files.Count == 0 ? ExitCode.Fault : ExitCodes.Of(kept.Run));
        Summary.Print(terminal, kept.Run, kept.Files, exitCode, options.Json, judged.Fault is null ? null : kept.Run.IncompleteReason);
        if (options.Open && Summary.PageOf(kept.Files) is { } page) PageOpener.Open(terminal, page);
        return exitCode;
    }
}

/// <param name="Fault">The exit code of a fault that ended the run early; null for none.</param>
internal sealed record JudgedRun(RunResult Run, ExitCode? Fault);
