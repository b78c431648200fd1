using LoadHarness.Core;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>Cursors far down in the search results, found by walking there as a person would, before anything is measured.</summary>
internal sealed class DeepCursors(Workbench bench)
{
    /// <summary>The thousandth page, or the last that there is.</summary>
    private const int DeepestPage = 1_000;

    /// <summary>Deep pages to draw from, so that not one page's blocks alone are read.</summary>
    private const int Kept = 50;

    private List<string> _cursors = [];

    /// <exception cref="HarnessException">The first page is already the last.</exception>
    public async Task WalkAsync(CancellationToken stop)
    {
        var walked = new List<string>();
        var next = await CursorAsync("search_first_page", [], stop).ConfigureAwait(false);
        while (next is not null && walked.Count < DeepestPage)
        {
            walked.Add(next);
            next = await CursorAsync("search_deep_page", [next], stop).ConfigureAwait(false);
        }

        if (walked.Count == 0) throw new HarnessException("Search found fewer leads than two pages hold. Seed more leads.");
        _cursors = walked.Skip(Math.Max(0, walked.Count - Kept)).ToList();
    }

    public string Draw(Random random) => _cursors[random.Next(_cursors.Count)];

    private async Task<string?> CursorAsync(string query, IReadOnlyList<object?> arguments, CancellationToken stop)
    {
        const int cursorColumn = 8;
        await using var connection = await bench.App.ConnectAsync(stop).ConfigureAwait(false);
        await using var reader = await bench.App.QueryAsync(connection, QueryCatalog.Shipped[query], arguments, stop).ConfigureAwait(false);
        string? last = null;
        while (await reader.ReadAsync(stop).ConfigureAwait(false)) last = reader.GetString(cursorColumn);
        return last;
    }
}
