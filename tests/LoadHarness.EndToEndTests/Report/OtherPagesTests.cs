using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;
using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

/// <summary>Pages of several runs and of comparing verbs, and a page under somebody else's content policy.</summary>
public sealed class OtherPagesTests(SharedBrowser browser) : PageTests(browser)
{
    [Theory]
    [InlineData("compare")]
    [InlineData("history")]
    [InlineData("prove")]
    [InlineData("scale")]
    [InlineData("ledger")]
    [InlineData("headroom")]
    [InlineData("gate")]
    [InlineData("gate selftest")]
    public async Task Each_is_offline_accessible_and_fits_every_window(string kind)
    {
        var page = await OpenAsync(await WriteAsync(kind));

        Assert.Empty(await Looks.LooseLinksAsync(page));
        await Looks.AssertAsync(page);
        Assert.Empty(Complaints);
    }

    [Fact]
    public async Task A_cost_with_its_spread_is_sorted_by_the_cost()
    {
        var ledger = SampleCompared.Ledger.Ledger!;
        LedgerEntry Costing(int index, double cost, double spread) => ledger.Entries[index] with
        {
            Writes = [new("bulk-import/import", CounterNames.WalBytes, 700 + cost, 700, spread)],
        };
        var run = SampleCompared.Ledger with { Ledger = ledger with { Entries = [Costing(0, 10, 90), Costing(1, 80, 4)] } };
        var page = await OpenAsync((await RunReport.WriteAsync(run, Folder, Stop))[1]);

        await page.GetByRole(AriaRole.Button, new() { Name = "Import, WAL bytes" }).ClickAsync();

        var highest = await page.Locator("table.ledger tbody tr").First.TextContentAsync();
        Assert.Contains("leads_unused_idx", highest, StringComparison.Ordinal);
        Assert.Contains("80 ± 4", highest, StringComparison.Ordinal);
    }

    /// <summary>Jenkins' policy lets no style of the page's own and no script through.</summary>
    [Fact]
    public async Task Under_the_policy_of_Jenkins_the_page_can_still_be_read()
    {
        var html = await File.ReadAllTextAsync((await RunReport.WriteAsync(SampleRun.Create(seconds: 8), Folder, Stop))[1], Stop);
        var page = await OpenAsync(null);
        await page.RouteAsync("**/*", route => route.FulfillAsync(new()
        {
            ContentType = "text/html; charset=utf-8",
            Body = html,
            Headers = new Dictionary<string, string>
            {
                ["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'",
            },
        }));

        await page.GotoAsync("http://jenkins.test/report.html");

        Assert.Equal(1280, await Width(page));
        Assert.True(await page.Locator("#verdict h1").IsVisibleAsync());
        Assert.Contains("TQ-3 missed", await page.Locator("#verdict h1").InnerTextAsync(), StringComparison.Ordinal);
        // Every drawing keeps its size and its colours, which stand in attributes, and is seen once.
        var drawings = page.Locator("#targets svg, #timeline svg.drawing");
        Assert.True(await drawings.CountAsync() > 10);
        var box = (await page.Locator("#timeline svg.drawing").First.BoundingBoxAsync())!;
        Assert.True(box.Width > 300 && box.Height > 30, $"{box.Width} x {box.Height}");
        // What the style sheet keeps apart does not run together: there is a space or a break between two pieces.
        Assert.DoesNotMatch(@"[a-z]\.(Note|measured)", await page.Locator("#targets").InnerTextAsync());
        await page.Locator(".reasons a[href='#target-TQ-4'], #verdict a").First.ClickAsync();
        Assert.True(await page.Locator("#target-TQ-3").IsVisibleAsync());
    }

    private static Task<int> Width(IPage page) => page.EvaluateAsync<int>("document.documentElement.scrollWidth");

    private async Task<string> WriteAsync(string kind) => kind switch
    {
        "compare" => await RunPages.WriteComparisonAsync(
            [OtherRun.Of(0), OtherRun.Of(1, factor: 2), OtherRun.Of(2).OnOtherMachine()], Folder, "1.0", Stop),
        "history" => await HistoryAsync(),
        _ => (await RunReport.WriteAsync(Compared(kind), Folder, Stop))[1],
    };

    private static RunResult Compared(string kind) => kind switch
    {
        "prove" => SampleCompared.Proof,
        "scale" => SampleCompared.Growth,
        "ledger" => SampleCompared.Ledger,
        "headroom" => SampleCompared.Headroom,
        "gate" => SampleCompared.Gate,
        _ => SampleCompared.Rates,
    };

    private async Task<string> HistoryAsync()
    {
        for (var night = 0; night < 14; night++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Folder, "runs", $"{night:00}")).FullName;
            var run = OtherRun.Of(night, factor: night < 7 ? 1 : 1.5, noise: night + 1);
            await RunJson.WriteAsync(night == 13 ? run.OnOtherMachine() : run, Path.Combine(folder, "run.json"), Stop);
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "runs", "03", "run.json"), "{", Stop);
        return (await RunPages.WriteHistoryAsync(Path.Combine(Folder, "runs"), Folder, "1.0", Stop)).Path;
    }
}
