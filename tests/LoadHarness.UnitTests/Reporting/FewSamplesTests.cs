using System.Text;
using System.Text.RegularExpressions;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Files;

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
    public async Task A_slow_operation_of_few_requests_is_not_the_fastest()
    {
        var many = SampleScenario.Open("search", 40, 10, [("quick", 5)]);
        var few = SampleScenario.Repeated(
            "few", "deep-page", [0.8, 0.9, 0.9, 1.0, 1.1, 1.1, 1.2, 1.2, 1.3, 1.5, 1.8, 2.0], 1).Operations[0];
        var run = SampleRun.Create(seconds: 3) with
        {
            Scenarios = [many with { Operations = [many.Operations[0], few] }],
            Verdicts = [],
        };

        await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);

        var page = await File.ReadAllTextAsync(Path.Combine(_directory.Path, "report.html"), TestContext.Current.CancellationToken);
        Assert.Contains("Slowest, deep-page: 12 from 800 ms to 2 s", page, StringComparison.Ordinal);
        Assert.Contains("Fastest, quick: p50", page, StringComparison.Ordinal);
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
        Assert.Contains("> Notes: and 970 more, in report.html", summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 0)]
    [InlineData(60, 30)]
    [InlineData(100, 70)]
    public void The_unjudged_targets_that_a_summary_leaves_out_are_counted(int targets, int leftOut) => RequireCount(
        Enumerable.Range(1, targets).Select(number => Verdict.Unavailable($"X-{number}", "a title", "It did not run.")),
        " not judged: It did", targets, leftOut);

    [Theory]
    [InlineData(60, 0)]
    [InlineData(100, 40)]
    public void The_met_targets_that_a_summary_leaves_out_are_counted(int targets, int leftOut) => RequireCount(
        Enumerable.Range(1, targets).Select(number => Verdict.Looked($"X-{number}", "a title", met: true, "seen")),
        " | ✓ met |", targets, leftOut);

    private static void RequireCount(IEnumerable<Verdict> verdicts, string line, int targets, int leftOut)
    {
        var summary = SummaryMarkdown.Of(SampleRun.Create(seconds: 3) with { Verdicts = [.. verdicts], Warnings = [] });

        Assert.Equal(targets - leftOut, Regex.Count(summary, Regex.Escape(line)));
        Assert.Contains($"<details><summary>{targets} targets ", summary, StringComparison.Ordinal);
        Assert.Equal(leftOut == 0 ? [] : [$"and {leftOut} more, in report.html"],
            Regex.Matches(summary, "and \\d+ more, in report.html").Select(found => found.Value));
    }
}
