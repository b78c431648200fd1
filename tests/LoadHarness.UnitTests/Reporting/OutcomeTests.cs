using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;
using LoadHarness.Reporting.Files;
using LoadHarness.Reporting.Page;

namespace LoadHarness.UnitTests.Reporting;

public sealed class OutcomeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_missed_target_heads_the_page_with_its_figure_and_limit()
    {
        var (html, _) = await Write(SampleRun.Create(seconds: 5));

        Assert.Contains("verdict-missed", html, StringComparison.Ordinal);
        Assert.Contains("8 of 10 targets judged, 6 met, 1 missed, 1 inconclusive", html, StringComparison.Ordinal);
        Assert.Contains("TQ-3</a> missed:", html, StringComparison.Ordinal);
    }

    /// <summary>RE-4 claims no number of leads, and "of every figure" told it of that too.</summary>
    [Theory]
    [InlineData("RE-4", "measured at 200,000 leads", "Of every figure but RE-4: measured at 200,000 leads")]
    [InlineData(null, "measured at 200,000 leads", "Of every figure: measured at 200,000 leads")]
    [InlineData(null, "The mean is held against the limit.", "Of every figure: The mean is held against the limit")]
    public void A_caveat_of_most_figures_names_those_that_it_is_not_of(string? other, string caveat, string told)
    {
        Verdict Of(string id) => Verdict.Judged(id, "a title", new(1, new(1, 1), 9), Limit.AtMost(2, "ms"), "");
        List<Verdict> verdicts = [.. new[] { "TQ-1", "TQ-2", "TQ-3" }.Select(id => Of(id).Qualified([caveat]))];
        if (other is not null) verdicts.Add(Of(other));

        var summary = SummaryMarkdown.Of(SampleRun.Create(seconds: 3) with { Verdicts = verdicts });

        Assert.Contains($"{told}.\n", summary, StringComparison.Ordinal);
        Assert.Equal(summary.IndexOf(caveat, StringComparison.Ordinal), summary.LastIndexOf(caveat, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_met_targets_the_one_measured_closest_to_its_limit_is_named_and_not_one_that_was_asked_for()
    {
        static Verdict Met(string id, double figure, double limit, LimitDirection direction, ConfidenceInterval? interval) =>
            interval is null
            ? Verdict.Counted(id, "a title", figure, new(limit, direction, "ms"), 100, "")
            : Verdict.Judged(id, "a title", new(figure, interval, 100), new(limit, direction, "ms"), "");
        var run = SampleRun.Create(seconds: 5) with
        {
            Verdicts =
            [
                Met("SC-2", 100, 100, LimitDirection.AtLeast, interval: null),
                Met("TQ-1", 100, 500, LimitDirection.AtMost, new ConfidenceInterval(90, 110)),
                Met("TQ-5", 900, 1000, LimitDirection.AtMost, new ConfidenceInterval(850, 950)),
            ],
        };

        var (html, _) = await Write(run);

        Assert.Contains("Closest to its limit: <a href=\"#target-TQ-5\">TQ-5</a>", html, StringComparison.Ordinal);
    }

    /// <summary>What failed altogether has no figure or a good one, and stood behind what was only a little too slow.</summary>
    [Fact]
    public void The_scoreboard_has_the_order_of_the_headline()
    {
        Verdict Times(string id, double figure) =>
            Verdict.Judged(id, "a title", new(figure, new(figure * 0.99, figure * 1.01), 9), Limit.AtMost(500, "ms"), "as measured");
        var undecided = Verdict.Undecided("TQ-7", "a title", "a look had to wait", Limit.AtMost(500, "ms"));
        var run = SampleRun.Create(seconds: 3) with
        {
            Verdicts =
            [
                Times("TQ-1", 100),
                Times("TQ-2", 510),
                undecided,
                Times("TQ-3", 2_000),
                Times("TQ-4", 50).MissedBecause("60 of 100 requests failed"),
                Verdict.Counted("SC-2", "a title", 10, Limit.AtLeast(100, "users"), 9, "as measured"),
                undecided.MissedBecause("all requests failed").As("TQ-6", "a title"),
                Verdict.Unavailable("TQ-5", "a title", "It did not run."),
            ],
        };

        var page = Scoreboard.Of(run, new(run, Companions.None))!.Parts[0].Text;

        var rows = Regex.Matches(page, "<tbody class=\"is-[a-z]+\">\\s*<tr><th scope=\"row\"><span class=\"id\">([^<]+)<")
            .Select(row => row.Groups[1].Value).ToList();
        Assert.Equal(["TQ-6", "TQ-4", "TQ-3", "SC-2", "TQ-2", "TQ-7", "TQ-1", "TQ-5"], rows);
        Assert.Equal(RunScope.WorstFirst(run.Verdicts).Select(verdict => verdict.Id), rows.SkipLast(2));
    }

    [Fact]
    public async Task An_incomplete_run_outweighs_its_figures_and_is_an_error_for_a_CI_server()
    {
        var (html, junit) = await Write(SampleRun.Create(seconds: 5) with { IncompleteReason = "Interrupted after 31 s" });

        Assert.Contains("verdict-incomplete", html, StringComparison.Ordinal);
        Assert.Contains("Interrupted after 31 s", html, StringComparison.Ordinal);
        Assert.Contains(junit.Descendants("error"), error => error.Attribute("message")!.Value == "The run ended early");
    }

    [Fact]
    public async Task A_run_that_measured_nothing_still_gives_a_page()
    {
        var empty = new RunResult
        {
            Identity = SampleRun.Create(seconds: 3).Identity,
            Host = SampleRun.Create(seconds: 3).Host,
            Options = new Dictionary<string, string>(),
            IncompleteReason = "The server did not start.",
        };

        var (html, _) = await Write(empty);

        Assert.Contains("The server did not start.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_met_targets_pass_in_junit()
    {
        var run = SampleRun.Create(seconds: 5);

        var (_, junit) = await Write(run);

        int Count(VerdictKind kind) => run.Verdicts.Count(verdict => verdict.Kind == kind);
        Assert.Equal(Count(VerdictKind.Missed), junit.Descendants("failure").Count());
        Assert.Equal(Count(VerdictKind.Unavailable), junit.Descendants("skipped").Count());
        Assert.Equal(Count(VerdictKind.Inconclusive), junit.Descendants("error").Count());
        Assert.Equal((run.Verdicts.Count + 1).ToString(), junit.Descendants("testsuite")
            .Single().Attribute("tests")!.Value);
    }

    [Theory]
    [InlineData(true, ExitCode.AllMet, "met")]
    [InlineData(false, ExitCode.TargetMissed, "missed")]
    [InlineData(null, ExitCode.Inconclusive, "inconclusive")]
    public async Task A_row_of_the_checklist_that_was_required_decides_as_a_target_does(bool? isMet, ExitCode expected, string word)
    {
        var run = SampleRun.Create(seconds: 5) with
        {
            Invalid = [],
            Verdicts = [Verdict.Looked("TQ-1", "a target", met: true, "seen")],
            Checklist =
            [
                Verdict.Looked("TQ-1", "a target", met: false, "the checklist's own row of a target does not count"),
                Verdict.Looked("CF-2", "nobody required it", met: false, "seen"),
                isMet is { } met ? Verdict.Looked("CF-1", "a setting", met, "seen") : Verdict.Unavailable("CF-1", "a setting", "unseen"),
            ],
            Required = ["CF-1"],
        };

        var (html, junit) = await Write(run);

        Assert.Equal((expected, expected), (ExitCodes.Of(run), RunVerdict.Of(run).ExitCode));
        Assert.Equal((word, isMet is null), (CheckReport.Of(run).Verdict, RunScope.RequiredOpen(run).Count > 0));
        Assert.Equal(expected == ExitCode.AllMet, !junit.Descendants("failure").Concat(junit.Descendants("error")).Any());
        Assert.Equal(expected == ExitCode.AllMet, !RunVerdict.Of(run).Headline.Contains("CF-1", StringComparison.Ordinal));
        Assert.Contains($"verdict-{word}", html, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Inconclusive, ExitCodes.Of(run with { Checklist = [] }));
    }

    private async Task<(string Html, XDocument JUnit)> Write(RunResult run)
    {
        await RunReport.WriteAsync(run, _directory.Path, TestContext.Current.CancellationToken);
        return (
            await File.ReadAllTextAsync(Path.Combine(_directory.Path, "report.html"), TestContext.Current.CancellationToken),
            XDocument.Parse(await File.ReadAllTextAsync(
                Path.Combine(_directory.Path, "junit.xml"), TestContext.Current.CancellationToken)));
    }
}
