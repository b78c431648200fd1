namespace LoadHarness.UnitTests.Proving;

/// <summary>
/// README.md shows the head and the table of docs/results.md, which <c>prove --markdown docs/results.md</c> writes. Renew README.md from
/// it:
/// LOADHARNESS_RENEW=1 with this class's tests.
/// </summary>
public sealed class PublishedResultsTests
{
    private const string Begin = "<!-- The table of docs/results.md. -->";
    private const string End = "<!-- End of the table of docs/results.md. -->";

    private static string Repository { get; } = Root(AppContext.BaseDirectory);

    private static string Readme { get; } = Path.Combine(Repository, "README.md");

    [Fact]
    public async Task The_table_in_the_readme_is_that_of_the_results()
    {
        var stop = TestContext.Current.CancellationToken;
        var results = (await File.ReadAllTextAsync(Path.Combine(Repository, "docs", "results.md"), stop)).ReplaceLineEndings("\n");
        var readme = (await File.ReadAllTextAsync(Readme, stop)).ReplaceLineEndings("\n");
        var (before, rest) = Split(readme, Begin);
        var (shown, after) = Split(rest, End);
        if (Environment.GetEnvironmentVariable("LOADHARNESS_RENEW") == "1")
        {
            shown = Published(results);
            await File.WriteAllTextAsync(Readme, before + Begin + shown + End + after, stop);
        }

        Assert.True(Published(results) == shown,
            "docs/results.md has another table than README.md. "
                + "Renew README.md: LOADHARNESS_RENEW=1 with the tests of PublishedResultsTests.");
    }

    [Fact]
    public async Task The_results_say_when_where_and_how_they_were_measured()
    {
        var results = await File.ReadAllLinesAsync(Path.Combine(Repository, "docs", "results.md"), TestContext.Current.CancellationToken);

        Assert.Matches(@"^20\d\d-\d\d-\d\d \d\d:\d\d UTC, .+\. `loadharness prove .+` on .+ cores, .+, PostgreSQL \d+", Head(results));
    }

    private static string Published(string results)
    {
        var lines = results.Split('\n');
        var table = lines.SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'));
        return $"\n{Head(lines).Trim()}\n\n{string.Join('\n', table)}\n";
    }

    private static string Head(string[] lines) => lines.First(line => line.Contains("`loadharness prove ", StringComparison.Ordinal));

    private static (string Before, string After) Split(string text, string mark)
    {
        var place = text.IndexOf(mark, StringComparison.Ordinal);
        Assert.True(place >= 0, $"README.md has no line {mark}");
        return (text[..place], text[(place + mark.Length)..]);
    }

    private static string Root(string directory) =>
        File.Exists(Path.Combine(directory, "LoadHarness.sln")) ? directory : Root(Path.GetDirectoryName(directory)!);
}
