using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;

namespace LoadHarness.UnitTests.Proving;

/// <summary>
/// docs/results.md is what the evidence of its run is judged as today, and README.md shows its head and table. Renew both:
/// LOADHARNESS_RENEW=1 with this class's tests; after a new <c>prove</c> its evidence.json comes to the place of the old one first.
/// </summary>
public sealed class PublishedResultsTests
{
    private const string Begin = "<!-- The table of docs/results.md. -->";
    private const string End = "<!-- End of the table of docs/results.md. -->";

    private const string Kept = "<!-- Kept when this file is written again: -->";

    private static string Repository { get; } = Root(AppContext.BaseDirectory);

    private static string Readme { get; } = Path.Combine(Repository, "README.md");

    /// <summary>A verdict that was judged wrongly once is not published on.</summary>
    [Fact]
    public async Task The_results_are_what_their_evidence_is_judged_as_today()
    {
        var stop = TestContext.Current.CancellationToken;
        var targets = TargetFile.Parse(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json"), stop));
        var contracts = ClaimFiles.Read(Path.Combine(AppContext.BaseDirectory, "scenarios", "claims"), targets, Prover.Operations);
        var measured = await MeasuredProof.ReadAsync(
            Path.Combine(Repository, "docs", "measurements", "2026-11-27-prove-evidence.json"), stop);
        var judged = ProofText.Of(measured.Judge(contracts, targets)).TrimEnd();
        var file = Path.Combine(Repository, "docs", "results.md");
        var (published, added) = Split((await File.ReadAllTextAsync(file, stop)).ReplaceLineEndings("\n"), Kept);
        if (Environment.GetEnvironmentVariable("LOADHARNESS_RENEW") == "1")
        {
            published = judged;
            await File.WriteAllTextAsync(file, $"{judged}\n\n{Kept}{added}", stop);
        }

        Assert.True(judged == published.TrimEnd(),
            "docs/results.md does not say what its evidence is judged as. "
                + "Renew it: LOADHARNESS_RENEW=1 with the tests of PublishedResultsTests.");
    }

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
        Assert.True(place >= 0, $"There is no line {mark}");
        return (text[..place], text[(place + mark.Length)..]);
    }

    private static string Root(string directory) =>
        File.Exists(Path.Combine(directory, "LoadHarness.sln")) ? directory : Root(Path.GetDirectoryName(directory)!);
}
