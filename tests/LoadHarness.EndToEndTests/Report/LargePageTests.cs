using LoadHarness.EndToEndTests.Program;
using LoadHarness.Reporting;

namespace LoadHarness.EndToEndTests.Report;

[Collection(Alone.Name)]
public sealed class LargePageTests(SharedBrowser browser) : PageTests(browser)
{
    private const int MostBytes = 2 * 1024 * 1024;
    private const double MostToLoad = 1_500;
    private const double MostToLayOut = 2_000;
    private const int MostTries = 20;

    /// <summary>
    /// 60 scenarios of an hour, hostile names, a plan of 20,000 lines: at most 2 MB, 1.5 s to load, 2 s to lay out whole.
    /// </summary>
    [Fact]
    public async Task A_large_run_is_loaded_and_laid_out_at_once()
    {
        var file = (await RunReport.WriteAsync(SampleLarge.Create(), Folder, Stop))[1];
        Assert.InRange(new FileInfo(file).Length, 1, MostBytes);
        var (loads, layouts) = (new List<double>(), new List<double>());
        // The best of several: other programs of the machine may run at the same time.
        for (var i = 0; i == 0 || (i < MostTries && (loads.Min() > MostToLoad || layouts.Min() > MostToLayOut)); i++)
        {
            var page = await OpenAsync(file);
            Assert.Empty(Complaints);
            loads.Add(await page.EvaluateAsync<double>("performance.getEntriesByType('navigation')[0].loadEventEnd"));
            layouts.Add(await page.EvaluateAsync<double>(
                "(() => { const from = performance.now(); document.querySelectorAll('details').forEach(fold => fold.open = true); "
                    + "document.body.getBoundingClientRect(); return performance.now() - from; })()"));
            await page.CloseAsync();
        }

        TestContext.Current.SendDiagnosticMessage(
            $"{new FileInfo(file).Length:N0} bytes, loaded in {loads.Min():N0} ms, unfolded and laid out in {layouts.Min():N0} ms");
        Assert.InRange(loads.Min(), 0, MostToLoad);
        Assert.InRange(layouts.Min(), 0, MostToLayOut);
    }
}
