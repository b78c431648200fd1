using LoadHarness.Core;
using LoadHarness.Scenarios.Answers;

namespace LoadHarness.Scenarios;

/// <summary>Cursors far down in the search results, found by walking there as a person would, before anything is measured.</summary>
internal sealed class DeepCursors(ScenarioEnvironment environment, string scenario)
{
    /// <summary>The thousandth page, or the last that there is.</summary>
    private const int DeepestPage = 1_000;

    /// <summary>Deep pages to draw from, so that not one page's blocks alone are read.</summary>
    private const int Kept = 50;

    private List<(string Cursor, Expectation Expected)> _pages = [];

    /// <exception cref="HarnessException">The first page is already the last.</exception>
    public async Task WalkAsync(CancellationToken cancellationToken)
    {
        var walked = new List<(string, Expectation)>();
        var (next, _) = await PageAsync("search_first_page", [], cancellationToken);
        while (next is not null && walked.Count < DeepestPage)
        {
            var cursor = next;
            (next, var rows) = await PageAsync("search_deep_page", [cursor], cancellationToken);
            // The place behind the last lead is a cursor too, of a page without rows.
            if (rows > 0) walked.Add((cursor, new(rows, Expectation.PageSize)));
        }

        if (walked.Count == 0) throw new HarnessException("Search found fewer leads than two pages hold. Seed more leads.");
        _pages = walked.Skip(Math.Max(0, walked.Count - Kept)).ToList();
    }

    /// <summary>A place, and the rows that the walk found behind it.</summary>
    public (string Cursor, Expectation Expected) Draw(Random random) => _pages[random.Next(_pages.Count)];

    private async Task<(string? Cursor, int Rows)> PageAsync(
        string query, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        const int cursorColumn = 8;
        var app = environment.For(scenario).App;
        await using var connection = await app.ConnectAsync(cancellationToken);
        await using var reader = await app.QueryAsync(connection, environment.Queries[query], arguments, cancellationToken);
        string? last = null;
        var rows = 0;
        for (; await reader.ReadAsync(cancellationToken); rows++) last = reader.GetString(cursorColumn);
        return (last, rows);
    }
}
