using System.Text.RegularExpressions;
using LoadHarness.Core;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

/// <summary>One page of everything: a run with what the comparing verbs kept and with its earlier nights.</summary>
public sealed class CompanionTests : IDisposable
{
    private static readonly Companions All = new()
    {
        Records = [SampleCompared.Proof, SampleCompared.Growth, SampleCompared.Headroom, SampleCompared.Ledger, SampleCompared.Rates],
        Nights = [.. Enumerable.Range(0, 9)
            .Select(night => RunNight.Of(OtherRun.Of(night, factor: night < 5 ? 1 : 1.5, noise: night + 1)))],
    };

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_chapters_stand_in_the_order_in_which_an_architect_asks()
    {
        var html = ReportPage.Render(OtherRun.Of(9), All);

        string[] wanted = ["targets", "timeline", "scenarios", "claims", "growth", "history", "headroom", "ledger", "gate-rates",
            "database", "statements", "checklist", "seed", "environment", "definitions"];
        var found = Regex.Matches(html, "<section id=\"([a-z-]+)\"").Select(match => match.Groups[1].Value).Where(wanted.Contains).ToList();
        Assert.Equal(wanted, found);
    }

    [Fact]
    public void Every_chapter_of_another_run_says_so_and_every_link_leads_somewhere()
    {
        var html = ReportPage.Render(OtherRun.Of(9), All);

        foreach (var (chapter, record) in new[] { "claims", "growth", "headroom", "ledger" }.Zip(All.Records))
            Assert.Contains($"From {record.Identity.Id}", Chapter(html, chapter), StringComparison.Ordinal);
        var places = Regex.Matches(html, " id=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(places.Count, places.Distinct().Count());
        Assert.Empty(Regex.Matches(html, "href=\"#([^\"]+)\"").Select(match => match.Groups[1].Value).Except(places));
    }

    [Fact]
    public void What_another_run_found_of_a_claim_changes_no_verdict_of_this_run()
    {
        var run = OtherRun.Of(9);
        var row = ReportPage.Render(run, All);
        row = row[row.IndexOf("<span class=\"id\">ER-1</span>", StringComparison.Ordinal)..];
        row = row[..row.IndexOf("</tbody>", StringComparison.Ordinal)];

        Assert.Contains("not judged", row, StringComparison.Ordinal);
        Assert.Contains($"href=\"#claim-ER-1\"", row, StringComparison.Ordinal);
        Assert.Contains("ER-1 missed", row, StringComparison.Ordinal);
    }

    [Fact]
    public void The_history_has_the_run_itself_the_limit_and_every_interval()
    {
        var history = Chapter(ReportPage.Render(OtherRun.Of(9), All), "history");

        Assert.Contains("10 runs", history, StringComparison.Ordinal);
        Assert.Contains("deep-page", history, StringComparison.Ordinal);
        var missed = history[history.IndexOf("TQ-3 ", StringComparison.Ordinal)..];
        missed = missed[..missed.IndexOf("</svg></svg>", StringComparison.Ordinal)];
        Assert.Contains("class=\"l-limit\"", missed, StringComparison.Ordinal);
        Assert.Equal(10, Regex.Match(missed, "<path d=\"([^\"]*V[^\"]*)\"[^>]*class=\"l-muted\"").Groups[1]
            .Value.Count(letter => letter == 'V'));
    }

    [Fact]
    public void The_run_itself_is_in_its_history_once_as_it_is_judged_now_and_later_ones_are_not()
    {
        var nights = All with { Nights = [.. All.Nights, RunNight.Of(OtherRun.Of(9, factor: 3)), RunNight.Of(OtherRun.Of(12))] };

        Assert.Equal(
            Chapter(ReportPage.Render(OtherRun.Of(9), All), "history"), Chapter(ReportPage.Render(OtherRun.Of(9), nights), "history"));
    }

    [Fact]
    public void A_run_that_began_earlier_in_the_same_second_is_an_earlier_one()
    {
        var run = OtherRun.Of(9);
        var other = run with { Identity = run.Identity with { StartedUtc = run.Identity.StartedUtc.AddTicks(-1) } };
        var nights = new Companions { Nights = [RunNight.Of(run), RunNight.Of(other)] };

        Assert.Equal(other.Identity.StartedUtc, Assert.Single(nights.EarlierThan(run)).StartedUtc);
    }

    [Fact]
    public async Task A_run_of_a_load_is_no_chapter_and_of_each_kind_there_is_one()
    {
        var load = await KeptAsync("load", OtherRun.Of(1));
        var proof = await KeptAsync("proof", SampleCompared.Proof);

        Assert.Contains("--history", (await Refused([load])).Message, StringComparison.Ordinal);
        Assert.Contains("two of prove", (await Refused([proof, proof])).Message, StringComparison.Ordinal);
        Assert.Single((await Companions.ReadAsync([proof], null, Stop)).Records);
    }

    private static async Task<HarnessException> Refused(IReadOnlyList<string> paths)
    {
        var refused = await Assert.ThrowsAsync<HarnessException>(() => Companions.ReadAsync(paths, null, Stop));
        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        return refused;
    }

    private async Task<string> KeptAsync(string name, RunResult run)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_directory.Path, name)).FullName;
        await RunJson.WriteAsync(run, Path.Combine(folder, RunFiles.Name), Stop);
        return folder;
    }

    private static string Chapter(string html, string id)
    {
        var chapter = html[html.IndexOf($"<section id=\"{id}\"", StringComparison.Ordinal)..];
        return chapter[..chapter.IndexOf("</section>", StringComparison.Ordinal)];
    }
}
