using Microsoft.Playwright;

namespace LoadHarness.EndToEndTests.Report;

/// <summary>Tests of pages: windows of the one browser, and a folder for the files that they open.</summary>
public abstract class PageTests(SharedBrowser browser) : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<IPage> _windows = [];

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected string Folder => _directory.Path;

    /// <summary>Requests that leave the file, lines of the console, and errors of scripts, of all windows.</summary>
    protected List<string> Complaints { get; } = [];

    /// <param name="file">Null for a window that is still empty.</param>
    protected async Task<IPage> OpenAsync(string? file, int width = 1280, bool scripts = true, int height = 900)
    {
        var window = await (await browser.StartedAsync()).NewPageAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, JavaScriptEnabled = scripts });
        _windows.Add(window);
        window.Request += (_, request) => Complaints.AddRange(request.Url.StartsWith("file:", StringComparison.Ordinal)
            || request.Url.StartsWith("data:", StringComparison.Ordinal) ? [] : [request.Url]);
        window.Console += (_, message) => Complaints.Add(message.Text);
        window.PageError += (_, message) => Complaints.Add(message);
        if (file is not null) await window.GotoAsync(new Uri(file).AbsoluteUri);
        return window;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var window in _windows) await window.Context.CloseAsync();
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }
}
