using LoadHarness.Core;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Runs stages. Whatever ends them, what they had given until then is the run.</summary>
internal static class RunGuard
{
    /// <param name="run">As it was begun.</param>
    /// <param name="abandoned">What has not ended by then is left behind.</param>
    public static async Task<PartialRun> CollectAsync(
        PartialRun run, IAsyncEnumerable<StageRecord> stages, CancellationToken abandoned, CancellationToken cancellationToken)
    {
        try
        {
            // What hangs when nobody waits any longer is left behind: its server goes with this program.
            await Task.Run(CollectAsync, CancellationToken.None).WaitAsync(abandoned);
            return run;
        }
        catch (Exception interrupted) when (cancellationToken.IsCancellationRequested)
        {
            var stage = run.LastStage is { } last ? $"after the stage '{last}'" : "before the first stage ended";
            return run with
            {
                IncompleteReason = $"Interrupted {stage}; what was measured until then is below.",
                Fault = interrupted is OperationCanceledException ? null : ExitCode.Inconclusive,
            };
        }
        catch (Exception fault)
        {
            var reason = Faults.Sentence(fault);
            await Console.Error.WriteLineAsync(reason);
            return run with { IncompleteReason = reason, Fault = Faults.CodeOf(fault) };
        }

        async Task CollectAsync()
        {
            await foreach (var record in stages) run = run.With(record);
        }
    }
}
