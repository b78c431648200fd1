using System.Text;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>A percentile beyond the samples is no figure anywhere; a summary keeps its size whatever went wrong.</summary>
public sealed class FewSamplesTests : IDisposable
{
    private static readonly string[] Beyond = ["p90", "p95", "p99", "p999"];
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Of_three_samples_there_is_a_median_and_no_percentile_beyond_it()
    {
        var run = SampleRun.Create() with
        {
            Scenarios = [SampleScenario.Repeated("bulk-import", "import", [12.1, 11.8, 13.0], 100_000)],
            Verdicts = [],
        };

        await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);

        var csv = await File.ReadAllTextAsync(Path.Combine(_directory.Path, "metrics.csv"), TestContext.Current.CancellationToken);
        Assert.Contains(",response_p50,ms,1", csv, StringComparison.Ordinal);
        Assert.All(Beyond, part => Assert.DoesNotContain($",response_{part},", csv, StringComparison.Ordinal));
        var page = await File.ReadAllTextAsync(Path.Combine(_directory.Path, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains(">–<", page, StringComparison.Ordinal);
        var line = LiveTable.Closing(run.Scenarios[0]);
        Assert.Contains("p95 -, p99 -, max 13", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ten_megabytes_of_errors_leave_a_summary_that_a_job_page_takes()
    {
        var run = SampleRun.Create();
        // Of each operation one megabyte.
        var errors = Enumerable.Range(0, 1_000)
            .Select(number => new ErrorCount($"{number} {new string('é', 500)}", 10, number % 2 == 0 ? null : $"{number:D5}")).ToList();
        var failing = run with
        {
            Scenarios = [.. run.Scenarios.Select(scenario => scenario with
            {
                Operations = [.. scenario.Operations.Select(operation => operation with
                {
                    Errors = errors,
                    Accounting = new(20_000, 10_000, 10_000, 0, 0),
                })],
            })],
            Warnings = [.. errors.Select(error => error.Message)],
        };

        await RunReport.WriteAsync(failing, _directory.Path, TestContext.Current.CancellationToken);

        var summary = await File.ReadAllTextAsync(Path.Combine(_directory.Path, "summary.md"), TestContext.Current.CancellationToken);
        Assert.InRange(Encoding.UTF8.GetByteCount(summary), 1_000, 64_000);
    }
}
