using LoadHarness.Cli.Pipeline;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting;

public sealed class RunReportTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_run_leaves_every_file_that_the_design_names()
    {
        var paths = await RunReport.WriteAsync(SampleRun.Create(), _directory.Path, TestContext.Current.CancellationToken);

        Assert.All(paths, path => Assert.True(new FileInfo(path).Length > 0, path));
        Assert.Superset(
            new HashSet<string> { "run.json", "report.html", "summary.md", "junit.xml", "metrics.csv", "targets.png" },
            paths.Select(path => Path.GetRelativePath(_directory.Path, path)).ToHashSet());
        Assert.Contains("latency/lead-queries.email-lookup.hgrm",
            paths.Select(path => Path.GetRelativePath(_directory.Path, path).Replace('\\', '/')));
    }

    [Fact]
    public async Task Rendering_again_from_run_json_alone_gives_the_same_files()
    {
        var first = Path.Combine(_directory.Path, "first");
        var second = Path.Combine(_directory.Path, "second");
        await RunReport.WriteAsync(SampleRun.Create(), first, TestContext.Current.CancellationToken);

        await RunReport.RenderAsync(Path.Combine(first, "run.json"), second, TestContext.Current.CancellationToken);

        foreach (var name in new[] { "run.json", "report.html", "summary.md", "junit.xml", "metrics.csv" })
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(first, name), TestContext.Current.CancellationToken),
                await File.ReadAllTextAsync(Path.Combine(second, name), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_page_names_the_version_that_made_it_and_the_one_that_measured()
    {
        var run = SampleRun.Create();

        var (page, _) = await WriteAsync(run with { Identity = run.Identity with { ToolVersion = "0.0.7" } }, "older");

        Assert.Contains($"Rendered by LoadHarness {BuildFacts.Version} from", page, StringComparison.Ordinal);
        Assert.Contains("0.0.7, Release build", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_engine_ran_says_so_and_claims_no_lag()
    {
        var run = SampleRun.Create();
        var ours = run with { Scenarios = [run.Scenarios[0]] };
        var theirs = run with { Scenarios = [Foreign(run.Scenarios[0])] };

        var (oursPage, oursMetrics) = await WriteAsync(ours, "ours");
        var (theirsPage, theirsMetrics) = await WriteAsync(theirs, "theirs");

        Assert.Contains("Started by NBomber, which does not say when it meant to start", theirsPage, StringComparison.Ordinal);
        Assert.DoesNotContain("Started by NBomber", oursPage, StringComparison.Ordinal);
        Assert.Contains("lead-queries,email-lookup,lag_p99", oursMetrics, StringComparison.Ordinal);
        Assert.DoesNotContain(",lag_p99,", theirsMetrics, StringComparison.Ordinal);
        Assert.Contains("scenario-0-lag", oursPage, StringComparison.Ordinal);
        Assert.DoesNotContain("scenario-0-lag", theirsPage, StringComparison.Ordinal);
        Assert.Null((await RunJson.ReadAsync(Path.Combine(_directory.Path, "theirs", "run.json"), TestContext.Current.CancellationToken))
            .Scenarios[0].Timeline[0].LagP99);
    }

    [Fact]
    public async Task A_baseline_stands_beside_the_figures_with_the_ratio_or_with_what_keeps_the_two_apart()
    {
        var run = SampleRun.Create();
        var judged = run.Verdicts.First(verdict => verdict.Figure is not null);
        var half = Verdict.Judged(judged.Id, judged.Title, new(judged.Figure / 2, null, 1),
            new(judged.Limit!.Value, judged.Direction, judged.Unit), "");
        var earlier = run with { Verdicts = [half] };

        var (fitting, _) = await WriteAsync(run.ComparedWith(earlier), "fitting");
        var (misfit, _) = await WriteAsync(run.ComparedWith(earlier with { Host = run.Host with { Cores = 64 } }), "misfit");

        Assert.Contains("<td class=n>2×", fitting, StringComparison.Ordinal);
        Assert.Contains("64 cores", misfit, StringComparison.Ordinal);
        Assert.DoesNotContain("<td class=n>2×", misfit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_figure_that_is_a_bound_has_its_word_in_the_metrics()
    {
        var run = SampleRun.Create(seconds: 3);
        var bound = Verdict.Judged(
            "ER-6", "5x concurrent users", new(395, new(360, 473), 9) { Known = new(To: 395) }, Limit.AtLeast(5, "x"), "as measured");

        var (_, metrics) = await WriteAsync(run with { Verdicts = [bound, .. run.Verdicts] }, "bound");

        Assert.Contains(",target ER-6,x,395,at least\r\n", metrics, StringComparison.Ordinal);
        Assert.Matches(",target TQ-1,ms,[0-9.]+,\r\n", metrics);
        Assert.All(metrics.Split("\r\n")[..^1], line => Assert.Equal(7, line.Split(',').Length));
    }

    private static ScenarioResult Foreign(ScenarioResult scenario) => scenario with
    {
        ForeignEngine = "NBomber",
        Operations = [.. scenario.Operations.Select(operation => operation with { Lag = LatencySummary.Of(new()) })],
        Timeline = [.. scenario.Timeline.Select(second => second with { LagP99 = null })],
    };

    private async Task<(string Page, string Metrics)> WriteAsync(RunResult run, string name)
    {
        var directory = Path.Combine(_directory.Path, name);
        await RunReport.WriteAsync(run, directory, TestContext.Current.CancellationToken);
        return (await File.ReadAllTextAsync(Path.Combine(directory, "report.html"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(directory, "metrics.csv"), TestContext.Current.CancellationToken));
    }
}
