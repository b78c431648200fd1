using System.Text;
using LoadHarness.Core;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Reporting.Runs;

public sealed class RunPagesTests : IDisposable
{
    private const long LargestPage = 2 * 1024 * 1024;
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Compared_runs_have_what_differs_before_the_figures_and_every_figure_of_the_comparison()
    {
        var (a, b, c) = (OtherRun.Of(0), OtherRun.Of(1, factor: 2), OtherRun.Of(2).OnOtherMachine());
        var html = await File.ReadAllTextAsync(await RunPages.WriteComparisonAsync([a, b, c], _directory.Path, "1.0", Stop), Stop);

        Assert.True(html.IndexOf("id=\"circumstances\"", StringComparison.Ordinal) < html.IndexOf(
            "id=\"operations\"", StringComparison.Ordinal));
        Assert.Contains("another processor", html, StringComparison.Ordinal);
        Assert.Contains("One run against one run", html, StringComparison.Ordinal);
        foreach (var (letter, run) in new[] { ("B", b), ("C", c) })
            foreach (var change in RunComparison.Of(a, run).Operations)
                Assert.Contains(System.Net.WebUtility.HtmlEncode(change.Sentence("A", letter))
                    .Replace("&#39;", "'", StringComparison.Ordinal), html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compared_proofs_of_two_scales_are_not_the_same_load_and_each_has_its_leads()
    {
        var run = SampleCompared.Proof;
        var html = await File.ReadAllTextAsync(await RunPages.WriteComparisonAsync(
            [run, run with { Proof = run.Proof! with { Contacts = 10_000 } }], _directory.Path, "1.0", Stop), Stop);

        Assert.Contains("Not the same circumstances", html, StringComparison.Ordinal);
        Assert.Contains("20,000", html, StringComparison.Ordinal);
        Assert.Contains("10,000", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hundred_runs_make_a_history_in_seconds_with_damaged_files_named_and_left_out()
    {
        var whole = Enumerable.Range(0, 5).Select(number => OtherRun.Of(0, noise: number + 1)).ToList();
        for (var night = 0; night < 200; night++)
        {
            var like = whole[night % whole.Count];
            var dated = OtherRun.Of(night) with
            {
                Scenarios = [.. like.Scenarios.Select(scenario => scenario with { StartedUtc = scenario.StartedUtc.AddDays(night) })],
            };
            var folder = Directory.CreateDirectory(Path.Combine(_directory.Path, "runs", $"{night:000}")).FullName;
            await RunJson.WriteAsync(dated, Path.Combine(folder, "run.json"), Stop);
        }

        var damaged = Path.Combine(_directory.Path, "runs", "007", "run.json");
        await File.WriteAllTextAsync(damaged, (await File.ReadAllTextAsync(damaged, Stop))[..500], Stop);

        var history = await RunPages.WriteHistoryAsync(Path.Combine(_directory.Path, "runs"), _directory.Path, "1.0", Stop);

        Assert.Equal(199, history.Runs);
        Assert.Equal(Path.Combine("007", "run.json"), Assert.Single(history.LeftOut).Path);
        var html = await File.ReadAllTextAsync(history.Path, Stop);
        Assert.Contains(Path.Combine("007", "run.json"), html, StringComparison.Ordinal);
        Assert.Contains("not whole JSON", html, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(html), 1, LargestPage);
    }

    [Fact]
    public async Task A_run_judged_again_in_a_folder_of_its_own_counts_once()
    {
        foreach (var folder in new[] { "one", Path.Combine("one", "judged-1") })
        {
            Directory.CreateDirectory(Path.Combine(_directory.Path, folder));
            await RunJson.WriteAsync(OtherRun.Of(1), Path.Combine(_directory.Path, folder, "run.json"), Stop);
        }

        Assert.Equal(1, (await RunPages.WriteHistoryAsync(_directory.Path, _directory.Path, "1.0", Stop)).Runs);
    }

    /// <summary>As the jobs of a CI matrix do: the id has the second and the commit.</summary>
    [Fact]
    public async Task Two_runs_that_began_in_the_same_second_are_two()
    {
        var run = OtherRun.Of(1);
        foreach (var (folder, ticks) in new[] { ("one", 0), ("two", 1), ("copy-of-two", 1) })
        {
            Directory.CreateDirectory(Path.Combine(_directory.Path, folder));
            var job = run with { Identity = run.Identity with { StartedUtc = run.Identity.StartedUtc.AddTicks(ticks) } };
            await RunJson.WriteAsync(job, Path.Combine(_directory.Path, folder, "run.json"), Stop);
        }

        Assert.Equal(2, (await RunPages.WriteHistoryAsync(_directory.Path, _directory.Path, "1.0", Stop)).Runs);
    }

    [Fact]
    public async Task A_folder_without_runs_is_refused()
    {
        var refused = await Assert.ThrowsAsync<HarnessException>(
            () => RunPages.WriteHistoryAsync(_directory.Path, _directory.Path, "1.0", Stop));

        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
    }
}
