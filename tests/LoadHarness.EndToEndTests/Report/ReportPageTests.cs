using Deque.AxeCore.Playwright;
using LoadHarness.Reporting;
using LoadHarness.UnitTests.Reporting;
using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

public sealed class ReportPageTests : IDisposable
{
    private const long LargestPage = 2 * 1024 * 1024;
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task The_page_is_offline_accessible_and_fits_its_window(int width, ColorScheme scheme)
    {
        _ = Chromium.Find();
        var run = SampleRun.Create(seconds: 20);
        var path = (await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken))[1];
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await Chromium.LaunchAsync(playwright);
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        var requests = new List<string>();
        var complaints = new List<string>();
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, message) => complaints.Add(message);

        await page.GotoAsync(new Uri(path).AbsoluteUri);

        Assert.DoesNotContain(requests, url => !url.StartsWith("file:", StringComparison.Ordinal) && !url.StartsWith("data:", StringComparison.Ordinal));
        Assert.Empty(complaints);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        var text = await page.Locator("body").TextContentAsync();
        Assert.All(run.Verdicts, verdict => Assert.Contains(verdict.Id, text, StringComparison.Ordinal));
        var grave = (await page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical");
        Assert.Empty(grave.Select(violation => $"{violation.Id}: {violation.Help}: {violation.Nodes[0].Html}"));
    }

    [Fact]
    public async Task An_hour_of_ten_scenarios_stays_below_two_mebibytes()
    {
        var path = (await RunReport.WriteAsync(SampleRun.Create(seconds: 3_600, extraScenarios: 6), _directory.Path, TestContext.Current.CancellationToken))[1];

        Assert.InRange(new FileInfo(path).Length, 1, LargestPage);
    }
}
