using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Files;

/// <summary>The page of a job on GitHub: the file that <c>$GITHUB_STEP_SUMMARY</c> names.</summary>
public static class StepSummary
{
    /// <summary>
    /// Appends the summary where there is such a file. One that cannot be written is said on standard error: it is the job's, not the
    /// run's.
    /// </summary>
    public static Task AppendAsync(RunResult run, CancellationToken cancellationToken) =>
        AppendAsync(SummaryMarkdown.Of(run), cancellationToken);

    /// <inheritdoc cref="AppendAsync(RunResult, CancellationToken)"/>
    public static async Task AppendAsync(string markdown, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") is not { Length: > 0 } file) return;
        try
        {
            await File.AppendAllTextAsync(file, markdown + "\n", cancellationToken);
        }
        catch (Exception failure) when (WholeFile.IsOfTheDisk(failure))
        {
            await Console.Error.WriteLineAsync($"note: GITHUB_STEP_SUMMARY names '{file}', which could not be written: {failure.Message}");
        }
    }
}
