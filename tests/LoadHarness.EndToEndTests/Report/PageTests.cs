using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

/// <summary>Tests of pages: a browser, and a folder for the files that it opens.</summary>
public abstract class PageTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    protected IBrowser Browser => _browser!;

    protected string Folder => _directory.Path;

    public async ValueTask InitializeAsync()
    {
        _ = Chromium.Find();
        _playwright = await Playwright.CreateAsync();
        _browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}
