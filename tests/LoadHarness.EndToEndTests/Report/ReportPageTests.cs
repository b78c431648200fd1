using Deque.AxeCore.Playwright;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;
using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

public sealed class ReportPageTests : PageTests
{
    /// <param name="accessibility">The look for barriers takes most of the time: once each in light, dark and print, at two widths.</param>
    [Theory]
    [InlineData(1920, ColorScheme.Light, Media.Screen, false)]
    [InlineData(1280, ColorScheme.Light, Media.Screen, true)]
    [InlineData(1280, ColorScheme.Dark, Media.Screen, false)]
    [InlineData(768, ColorScheme.Light, Media.Screen, false)]
    [InlineData(390, ColorScheme.Dark, Media.Screen, true)]
    [InlineData(794, ColorScheme.Light, Media.Print, true)]
    public async Task The_page_is_offline_accessible_and_fits_its_window(int width, ColorScheme scheme, Media media, bool accessibility)
    {
        var run = SampleRun.Create(seconds: 20);
        var path = await WriteAsync(run);
        var page = await Browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        var requests = new List<string>();
        var complaints = new List<string>();
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => complaints.Add(message.Text);
        page.PageError += (_, message) => complaints.Add(message);

        await page.GotoAsync(path);
        await page.EmulateMediaAsync(new() { Media = media });
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(fold => fold.open = true)");

        Assert.DoesNotContain(requests, url => !url.StartsWith("file:", StringComparison.Ordinal)
            && !url.StartsWith("data:", StringComparison.Ordinal));
        Assert.Empty(complaints);
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        if (width >= 1280)
            Assert.Empty(await page.EvaluateAsync<string[]>(
                "[...document.querySelectorAll('.scroll')].filter(box => box.scrollWidth > box.clientWidth + 1).map(box => "
                    + "box.getAttribute('aria-label'))"));
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('svg text')].filter(text => parseFloat(getComputedStyle(text).fontSize) "
                + "< 11).map(text => text.textContent)"));
        if (!accessibility) return;
        var found = (await page.RunAxe()).Violations;
        Assert.Empty(found.Select(violation => $"{violation.Id}: {violation.Help}: {violation.Nodes[0].Html}"));
    }

    [Fact]
    public async Task Without_scripts_two_links_lead_from_the_verdict_to_wait_statement_plan_and_setting()
    {
        var page = await Browser.NewPageAsync(new() { JavaScriptEnabled = false, ViewportSize = new() { Width = 1280, Height = 900 } });
        await page.GotoAsync(await WriteAsync(SampleRun.Create(seconds: 20)));
        Assert.False(await page.Locator("#TQ-3").IsVisibleAsync());

        await page.Locator(".verdict a[href='#TQ-3']").First.ClickAsync();

        var cause = page.Locator("#TQ-3");
        Assert.True(await cause.IsVisibleAsync());
        Assert.Contains("Waits:", await cause.InnerTextAsync(), StringComparison.Ordinal);
        foreach (var place in new[] { "#statement-", "#plan-", "#setting-" })
        {
            var link = cause.Locator($"a[href^='{place}']").First;
            var target = (await link.GetAttributeAsync("href"))!;
            await link.ClickAsync();
            Assert.True(await page.Locator(target).IsVisibleAsync(), target);
        }
        Assert.Contains("count_segmented_leads($1, $2)", await page.Locator("#statement-0").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_link_of_the_page_leads_somewhere()
    {
        var page = await Browser.NewPageAsync();
        await page.GotoAsync(await WriteAsync(SampleRun.Create(seconds: 10)));

        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href')).filter(href => "
                + "!document.getElementById(href.slice(1)))"));
        Assert.Empty(await page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, index, all) => all.indexOf(id) !== index)"));
    }

    [Fact]
    public async Task With_scripts_all_charts_of_a_clock_are_read_at_one_moment_and_tables_are_searched_and_sorted()
    {
        var page = await Browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        await page.GotoAsync(await WriteAsync(SampleRun.Create(seconds: 30)));

        Assert.Equal(0, await page.EvaluateAsync<int>(
            "[...document.querySelectorAll('svg.scaled text.height')].filter(label => label.getBoundingClientRect().right > "
                + "label.closest('svg.scaled').querySelector('svg.area').getBoundingClientRect().left).length"));

        await page.Locator("#run-rates svg.drawing").HoverAsync();
        Assert.Contains("completed", await page.Locator("#run-rates .readout").TextContentAsync(), StringComparison.Ordinal);
        Assert.NotEqual("", await page.Locator("#run-percentiles .readout").TextContentAsync());

        await page.Locator(".bar input").FillAsync("count_segmented");
        Assert.Equal(1, await page.Locator("table.statements tbody tr:not([hidden])").CountAsync());
        await page.Locator(".bar input").FillAsync("");

        await page.GetByRole(AriaRole.Button, new() { Name = "Calls" }).ClickAsync();
        Assert.Equal("descending", await page.Locator("table.statements th[aria-sort]").GetAttributeAsync("aria-sort"));
        Assert.Contains("email = $2", await page.Locator("table.statements tbody tr").First.TextContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Printed_it_holds_what_is_folded_on_the_screen()
    {
        var page = await Browser.NewPageAsync(new() { JavaScriptEnabled = false });
        await page.GotoAsync(await WriteAsync(SampleRun.Create(seconds: 10)));
        var plan = page.Locator("#plan-0 pre").First;
        var more = page.GetByText("Service p95").First;
        Assert.False(await plan.IsVisibleAsync());

        await page.EmulateMediaAsync(new() { Media = Media.Print });

        Assert.True((await plan.BoundingBoxAsync())?.Height > 0, "The plan is folded in print.");
        Assert.True((await more.BoundingBoxAsync())?.Height > 0, "The service times are folded in print.");
    }

    private async Task<string> WriteAsync(RunResult run) =>
        new Uri((await RunReport.WriteAsync(run, Folder, TestContext.Current.CancellationToken))[1]).AbsoluteUri;
}
