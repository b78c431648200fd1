using LoadHarness.Core;
using LoadHarness.Load;
using LoadHarness.Scenarios.Answers;

namespace LoadHarness.Scenarios;

/// <summary>Cursors far down in the search results, found by walking there as a person would, before anything is measured.</summary>
/// <remarks>
/// Workspaces are drawn by the leads that they hold, and each is walked once. It keeps as many of its last pages as it was drawn.
/// </remarks>
internal sealed class DeepCursors(ScenarioEnvironment environment, string scenario)
{
    /// <summary>Of one workspace the thousandth page, or the last that there is; several share them.</summary>
    private const int DeepestPage = 1_000;

    /// <summary>Deep pages to draw from, so that not one page's blocks alone are read.</summary>
    private const int Kept = 50;

    /// <summary>And when there are several workspaces, so that not few of them are asked.</summary>
    private const int KeptOfSeveral = 200;

    /// <summary>Pages that a walk takes at least, so that it does not end at the top.</summary>
    private const int FewestPages = 20;

    private List<DeepPage> _pages = [];

    /// <exception cref="HarnessException">The first page is already the last, in every workspace that was drawn.</exception>
    public async Task WalkAsync(IScenarioInitContext init)
    {
        var random = new Random(unchecked((int)init.Seed));
        var kept = environment.Workspaces.All.Count == 1 ? Kept : KeptOfSeveral;
        var drawn = Enumerable.Range(0, kept).Select(_ => environment.Workspaces.Draw(random)).CountBy(workspace => workspace).ToList();
        var pages = new List<DeepPage>();
        foreach (var (workspace, times) in drawn)
        {
            var walked = await WalkAsync(workspace, Math.Max(FewestPages, DeepestPage / drawn.Count), init.CancellationToken);
            pages.AddRange(walked.Skip(Math.Max(0, walked.Count - times)));
        }

        if (pages.Count == 0)
            throw new HarnessException(
                "Search found fewer leads than two pages hold. Seed more leads, or spread them over fewer workspaces.");
        _pages = pages;
    }

    /// <summary>A place, and the rows that the walk found behind it.</summary>
    public DeepPage Draw(Random random) => _pages[random.Next(_pages.Count)];

    private async Task<List<DeepPage>> WalkAsync(ScenarioWorkspace workspace, int deepest, CancellationToken cancellationToken)
    {
        var walked = new List<DeepPage>();
        var (next, _) = await PageAsync(workspace, "search_first_page", [], cancellationToken);
        while (next is not null && walked.Count < deepest)
        {
            var cursor = next;
            (next, var rows) = await PageAsync(workspace, "search_deep_page", [cursor], cancellationToken);
            // The place behind the last lead is a cursor too, of a page without rows.
            if (rows > 0) walked.Add(new(workspace, cursor, new(rows, Expectation.PageSize)));
        }

        return walked;
    }

    private async Task<(string? Cursor, int Rows)> PageAsync(
        ScenarioWorkspace workspace, string query, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        const int cursorColumn = 8;
        var app = environment.For(scenario).AppOf(workspace);
        await using var connection = await app.ConnectAsync(cancellationToken);
        await using var reader = await app.QueryAsync(connection, environment.Queries[query], arguments, cancellationToken);
        string? last = null;
        var rows = 0;
        for (; await reader.ReadAsync(cancellationToken); rows++) last = reader.GetString(cursorColumn);
        return (last, rows);
    }
}

/// <summary>A page of a workspace's leads, the place where it begins, and what is there.</summary>
internal sealed record DeepPage(ScenarioWorkspace Workspace, string Cursor, Expectation Expected);
