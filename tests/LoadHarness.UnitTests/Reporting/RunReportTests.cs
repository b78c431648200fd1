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
            new HashSet<string> { "run.json", "report.html", "summary.md", "junit.xml", "metrics.csv" },
            paths.Select(path => Path.GetRelativePath(_directory.Path, path)).ToHashSet());
        Assert.Contains("latency/lead-queries.email-lookup.hgrm", paths.Select(path => Path.GetRelativePath(_directory.Path, path).Replace('\\', '/')));
    }

    [Fact]
    public async Task Rendering_again_from_run_json_alone_gives_the_same_files()
    {
        var first = Path.Combine(_directory.Path, "first");
        var second = Path.Combine(_directory.Path, "second");
        await RunReport.WriteAsync(SampleRun.Create(), first, TestContext.Current.CancellationToken);

        await RunReport.RenderAsync(Path.Combine(first, "run.json"), second, TestContext.Current.CancellationToken);

        foreach (var name in new[] { "run.json", "report.html", "summary.md", "junit.xml", "metrics.csv" })
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(first, name), TestContext.Current.CancellationToken), await File.ReadAllTextAsync(Path.Combine(second, name), TestContext.Current.CancellationToken));
    }
}
