using System.Diagnostics;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

public sealed class ChartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_limit_and_a_figure_keep_every_digit_inside_a_chart()
    {
        var run = SampleRun.Create(seconds: 5);
        var source = run.Verdicts.First(verdict => verdict.Id == "TQ-3").Source;
        var judged = Verdict.Judged("TQ-3", "Segmentation", new(1_994, new(1_900, 2_100), 700, Source: source), Limit.AtMost(1_250, "ms"), "");

        var html = await Render(run with { Verdicts = [judged] });

        Assert.Contains("limit 1.25 s</text>", html, StringComparison.Ordinal);
        Assert.Contains("1.99 s</text>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("1.9 s</text>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    [InlineData(double.MaxValue)]
    public async Task A_figure_that_is_no_number_does_not_stop_the_page(double odd)
    {
        var run = SampleRun.Create(seconds: 5);
        DatabaseSample Odd(DatabaseSample sample) => sample with { WalBytesPerSecond = odd, ServerCpuCores = odd };
        var seen = run.Observation! with { Samples = [Odd(run.Observation.Samples[0]), .. run.Observation.Samples.Skip(1)] };
        var clock = Stopwatch.StartNew();

        var html = await Render(run with { Observation = seen });

        Assert.Contains("Write-ahead log", html, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"Took {clock.Elapsed}.");
    }

    private async Task<string> Render(RunResult run)
    {
        var paths = await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);
        return await File.ReadAllTextAsync(paths.Single(path => path.EndsWith("report.html", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
    }
}
