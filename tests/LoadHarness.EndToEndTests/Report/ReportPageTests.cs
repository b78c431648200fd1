using System.Text;
using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;
using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

public sealed class ReportPageTests(SharedBrowser browser) : PageTests(browser)
{
    /// <summary>Of A4 for the sample: charts in three columns with their tables.</summary>
    private const int MostSheets = 20;

    /// <summary>With a baseline that planned one statement in another way.</summary>
    private static readonly RunResult Run = WithBaseline(SampleRun.Create(seconds: 8));

    [Fact]
    public async Task The_page_is_offline_accessible_and_fits_every_window_in_light_dark_and_print()
    {
        var page = await OpenAsync(await WriteAsync(Run));

        Assert.Empty(await Looks.LooseLinksAsync(page));
        await Looks.AssertAsync(page);
        Assert.Empty(Complaints);
    }

    [Fact]
    public async Task Without_scripts_two_links_lead_from_the_verdict_to_wait_statement_plan_and_setting()
    {
        var page = await OpenAsync(await WriteAsync(Run), scripts: false);
        Assert.False(await page.Locator("#target-TQ-3").IsVisibleAsync());

        await page.Locator(".verdict a[href='#target-TQ-3']").First.ClickAsync();

        var cause = page.Locator("#target-TQ-3");
        Assert.True(await cause.IsVisibleAsync());
        Assert.Contains("Waits:", await cause.InnerTextAsync(), StringComparison.Ordinal);
        foreach (var place in new[] { "#statement-", "#plan-", "#setting-" })
        {
            var link = cause.Locator($"a[href^='{place}']").First;
            var target = (await link.GetAttributeAsync("href"))!;
            await link.ClickAsync();
            Assert.True(await page.Locator(target).IsVisibleAsync(), target);
        }
        var plans = page.Locator("#plan-1 .pair > div");
        var (now, then) = ((await plans.Nth(0).BoundingBoxAsync())!, (await plans.Nth(1).BoundingBoxAsync())!);
        Assert.True(now.Y == then.Y && now.X + now.Width <= then.X, "The baseline's plan does not stand next to the plan.");
        Assert.Contains("count_segmented_leads($1, $2)", await page.Locator("#statement-0").TextContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_scripts_all_charts_of_a_clock_are_read_at_one_moment_and_tables_are_searched_and_sorted()
    {
        var page = await OpenAsync(await WriteAsync(Run));

        await page.Locator("#run-rates svg.drawing").HoverAsync();
        Assert.Contains("completed", await page.Locator("#run-rates .readout").TextContentAsync(), StringComparison.Ordinal);
        Assert.NotEqual("", await page.Locator("#run-percentiles .readout").TextContentAsync());

        await page.Locator(".kept input").FillAsync("count_segmented");
        Assert.Equal(1, await page.Locator("table.statements tbody tr:not([hidden])").CountAsync());
        await page.Locator(".kept input").FillAsync("");

        await page.GetByRole(AriaRole.Button, new() { Name = "Calls" }).ClickAsync();
        Assert.Equal("descending", await page.Locator("table.statements th[aria-sort]").GetAttributeAsync("aria-sort"));
        Assert.Contains("email = $2", await page.Locator("table.statements tbody tr").First.TextContentAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Printed_it_holds_what_is_folded_on_the_screen()
    {
        var page = await OpenAsync(await WriteAsync(Run), scripts: false);
        var plan = page.Locator("#plan-0 pre").First;
        var more = page.GetByText("Service p95").First;
        Assert.False(await plan.IsVisibleAsync());

        await page.EmulateMediaAsync(new() { Media = Media.Print });

        Assert.True((await plan.BoundingBoxAsync())?.Height > 0, "The plan is folded in print.");
        Assert.True((await more.BoundingBoxAsync())?.Height > 0, "The service times are folded in print.");
        var paper = Encoding.Latin1.GetString(await page.PdfAsync(new() { PreferCSSPageSize = true }));
        Assert.InRange(Regex.Count(paper, "/Type /Page\\b"), 1, MostSheets);
    }

    [Fact]
    public async Task The_first_screen_says_what_failed_by_how_much_and_on_which_machine()
    {
        var page = await OpenAsync(await WriteAsync(Run), height: 800);

        var seen = await page.EvaluateAsync<string>("""
            [...document.querySelectorAll('.verdict-word, h1, .reasons li, header .facts div, #targets tbody tr:first-child')]
              .filter(e => e.getBoundingClientRect().bottom <= innerHeight).map(e => e.textContent).join('\n')
            """);

        foreach (var said in new[] { "missed · 8 of 10 targets judged", "TQ-3 missed: count p95", "times the limit of", "TQ-4 undecided",
            "AMD EPYC 7763, 8 cores, 32 GiB", "2,000,000 leads", "PostgreSQL 15.18, native", "3f2c1ab", "TQ-3 Segmentation" })
            Assert.Contains(said, seen, StringComparison.Ordinal);
    }

    private static RunResult WithBaseline(RunResult run) => run.ComparedWith(run with
    {
        Identity = run.Identity with { Id = "20250313T020500Z-1a2b3c4" },
        Observation = run.Observation! with
        {
            Plans = [.. run.Observation.Plans.Select(plan => plan with
            {
                Fingerprint = $"{plan.Fingerprint}-then",
                Text = "Index Scan using leads_workspace_tags_idx on leads",
            })],
        },
    });

    private async Task<string> WriteAsync(RunResult run) => (await RunReport.WriteAsync(run, Folder, Stop))[1];
}
