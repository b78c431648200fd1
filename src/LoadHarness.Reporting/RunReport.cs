using System.Xml.Linq;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Files;
using LoadHarness.Reporting.Page;

namespace LoadHarness.Reporting;

/// <summary>Every file of a run. Needs no database and no network: the run's record is the only input.</summary>
public static class RunReport
{
    /// <summary>Writes <c>run.json</c> and everything rendered from it; appends the summary to <c>$GITHUB_STEP_SUMMARY</c> when that is set.</summary>
    /// <param name="directory">Created when it is absent; files of the same names are replaced.</param>
    /// <returns>The paths written, <c>run.json</c> first and the page second.</returns>
    public static async Task<IReadOnlyList<string>> WriteAsync(RunResult run, string directory, CancellationToken cancellation)
    {
        Directory.CreateDirectory(directory);
        // The measurements first: whatever fails while rendering, they are safe and can be rendered again.
        var json = Path.Combine(directory, "run.json");
        await RunJson.WriteAsync(run, json, cancellation);
        return [json, .. await WriteRenderedAsync(run, directory, cancellation)];
    }

    /// <summary>Renders again from a <c>run.json</c>, a copy of which ends up in the directory.</summary>
    /// <exception cref="Core.HarnessException">The file is absent, not a run, or of a newer version.</exception>
    public static async Task<IReadOnlyList<string>> RenderAsync(string runJsonPath, string directory, CancellationToken cancellation) =>
        await WriteAsync(await RunJson.ReadAsync(runJsonPath, cancellation), directory, cancellation);

    private static async Task<IReadOnlyList<string>> WriteRenderedAsync(RunResult run, string directory, CancellationToken cancellation)
    {
        var summary = SummaryMarkdown.Of(run);
        var html = Path.Combine(directory, "report.html");
        var markdown = Path.Combine(directory, "summary.md");
        var junit = Path.Combine(directory, "junit.xml");
        var csv = Path.Combine(directory, "metrics.csv");

        await File.WriteAllTextAsync(markdown, summary, cancellation);
        await File.WriteAllTextAsync(csv, MetricsCsv.Of(run), cancellation);
        await using (var stream = File.Create(junit))
            await JUnitXml.Of(run).SaveAsync(stream, SaveOptions.None, cancellation);
        await File.WriteAllTextAsync(html, ReportPage.Render(run), cancellation);
        var percentiles = PercentileFiles.Write(run, Path.Combine(directory, "latency"));

        if (Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY") is { Length: > 0 } stepSummary)
            await File.AppendAllTextAsync(stepSummary, summary + "\n", cancellation);
        return [html, markdown, junit, csv, .. percentiles];
    }
}
