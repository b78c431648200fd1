using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(LoadHarness.EndToEndTests.Report.SharedBrowser))]

namespace LoadHarness.EndToEndTests.Report;

/// <summary>One browser for all tests of pages, started by the first: a start takes longer than most of them.</summary>
public sealed class SharedBrowser : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task<IBrowser> StartedAsync()
    {
        _ = Chromium.Find();
        await _one.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await Chromium.LaunchAsync(_playwright);
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _one.Dispose();
    }
}
