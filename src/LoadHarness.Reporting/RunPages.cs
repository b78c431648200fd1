using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Page.History;
using LoadHarness.Reporting.Page.SideBySide;

namespace LoadHarness.Reporting;

/// <summary>Pages of more than one run. Like a run's own, they need no database and no network.</summary>
public static class RunPages
{
    public const int FewestRuns = 2;

    public static int MostRuns => RunLetters.MostRuns;

    /// <summary>Writes <c>compare.html</c>.</summary>
    /// <param name="runs">The first is the one that the others are held against.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="HarnessException">It could not be written.</exception>
    public static Task<string> WriteComparisonAsync(
        IReadOnlyList<RunResult> runs, string directory, string toolVersion, CancellationToken cancellationToken) =>
        WriteAsync(Path.Combine(directory, "compare.html"), SideBySidePage.Render(runs, toolVersion), cancellationToken);

    /// <summary>Writes <c>history.html</c> of all runs below a folder.</summary>
    /// <exception cref="HarnessException">There is no run below the folder, or the page could not be written.</exception>
    public static async Task<WrittenHistory> WriteHistoryAsync(
        string folder, string directory, string toolVersion, CancellationToken cancellationToken)
    {
        var (nights, leftOut) = await RunFiles.NightsBelowAsync(folder, cancellationToken);
        var page = HistoryPage.Render(nights, leftOut, folder, toolVersion);
        return new(await WriteAsync(Path.Combine(directory, "history.html"), page, cancellationToken), nights.Count, leftOut);
    }

    private static async Task<string> WriteAsync(string path, string page, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await WholeFile.WriteTextAsync(path, page, cancellationToken);
        return path;
    }
}

/// <param name="Path">Of the page.</param>
/// <param name="Runs">How many runs are in it.</param>
/// <param name="LeftOut">Files that could not be read.</param>
public sealed record WrittenHistory(string Path, int Runs, IReadOnlyList<LeftOutFile> LeftOut);
