using System.Text.RegularExpressions;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page.History;

namespace LoadHarness.UnitTests.Reporting.Runs;

public sealed class RunHistoryTests
{
    private const int Nights = 30;

    [Fact]
    public void A_step_of_ten_percent_is_marked_at_its_night_with_its_size()
    {
        var change = Assert.Single(ChangePoints.Find(Series(Nights, night => night < 17 ? 100 : 110)));

        Assert.True(change.IsShown);
        Assert.InRange(change.At, 16, 18);
        Assert.InRange(change.Ratio, 1.08, 1.12);
    }

    [Fact]
    public void Steps_up_and_down_are_two_changes()
    {
        var changes = ChangePoints.Find(Series(Nights, night => night is >= 10 and < 20 ? 120 : 100));

        Assert.Equal(2, changes.Count);
        Assert.True(changes[0].Ratio > 1.1 && changes[1].Ratio < 0.9);
    }

    /// <summary>Of 100 histories without any change, not one in twenty may have a mark.</summary>
    [Fact]
    public void Nights_that_only_scatter_have_no_change()
    {
        var marked = Enumerable.Range(1, 100)
            .Count(seed => ChangePoints.Find(Series(Nights, _ => 100, seed, scatter: 0.05)).Any(change => change.IsShown));

        Assert.InRange(marked, 0, 4);
    }

    [Fact]
    public void One_night_far_off_is_to_be_watched_and_no_change_yet()
    {
        var change = Assert.Single(ChangePoints.Find(Series(Nights, night => night == Nights - 1 ? 150 : 100)));

        Assert.False(change.IsShown);
        Assert.Equal(Nights - 1, change.At);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void Few_or_empty_figures_have_no_change(int nights) =>
        Assert.Empty(ChangePoints.Find([.. Enumerable.Range(0, nights).Select(night => (night, night % 2 == 0 ? 0.0 : double.NaN))]));

    [Fact]
    public void Another_machine_is_a_break_and_its_other_figures_are_no_change()
    {
        var history = Assert.Single(RunHistory.Of(Enumerable.Range(0, 24).Select(night => RunNight.Of(night < 12
            ? OtherRun.Of(night, noise: night + 1)
            : OtherRun.Of(night, factor: 3, noise: night + 1).OnOtherMachine()))));

        var found = Assert.Single(history.Breaks);
        Assert.Equal(12, found.At);
        Assert.Contains(found.Differences, difference => difference.Contains("another processor", StringComparison.Ordinal));
        Assert.Empty(history.Series.SelectMany(series => series.Changes));
    }

    [Fact]
    public void Another_given_server_or_database_is_a_break_and_a_database_that_an_older_run_does_not_say_is_none()
    {
        RunNight Night(int night, string endpoint, string? database, ServerKind kind = ServerKind.Given)
        {
            var run = OtherRun.Of(night);
            return RunNight.Of(run with
            {
                Server = run.Server! with { Provisioning = kind, Endpoint = endpoint, Database = database },
            });
        }

        var given = Assert.Single(RunHistory.Of(
            [Night(0, "a:5432", null), Night(1, "a:5432", "x"), Night(2, "b:5432", "x"), Night(3, "b:5432", "y")]));
        Assert.Equal([2, 3], given.Breaks.Select(found => found.At));
        Assert.Equal(["server's address: a:5432 then, b:5432 now"], given.Breaks[0].Differences);
        Assert.Equal(["server's database: x then, y now"], given.Breaks[1].Differences);
        Assert.Empty(Assert.Single(RunHistory.Of(
            [Night(0, "127.0.0.1:40001", null, ServerKind.Native), Night(1, "127.0.0.1:40002", null, ServerKind.Native)])).Breaks);
    }

    [Fact]
    public void On_one_machine_the_same_step_is_a_change_to_the_worse_of_that_operation_alone()
    {
        var history = Assert.Single(RunHistory.Of(Enumerable.Range(0, 24)
            .Select(night => RunNight.Of(OtherRun.Of(night, factor: night < 12 ? 1 : 1.3, noise: night + 1)))));

        var changed = history.Series.Where(series => series.Changes.Count > 0).ToList();
        Assert.All(changed, series => Assert.Equal("lead-search/deep-page", series.Name.Name));
        Assert.Equal(["p50", "p95", "p99"], changed.Select(series => series.Name.Metric).Where(metric => metric != "mean").Order());
        Assert.All(changed, series => Assert.True(series.IsWorse(series.Changes[0])));
    }

    /// <summary>The few requests that succeeded took a quarter of the time.</summary>
    [Theory]
    [InlineData(0.6)]
    [InlineData(1.0)]
    public void From_the_night_on_which_requests_fail_the_share_is_followed_and_no_time_is_better(double share)
    {
        var history = Assert.Single(RunHistory.Of(Enumerable.Range(0, 24).Select(night => RunNight.Of(night < 12
            ? OtherRun.Of(night, noise: night + 1).Failing(0)
            : OtherRun.Of(night, factor: 0.25, noise: night + 1).Failing(share)))));

        var series = Assert.Single(history.Series, series => series.Changes.Count > 0);
        Assert.Equal(("lead-search/deep-page", "failed"), (series.Name.Name, series.Name.Metric));
        var change = Assert.Single(series.Changes);
        Assert.True(change is { IsShown: true, At: 12 } && series.IsWorse(change));
        Assert.Equal(24, series.Points.Count);
        Assert.All(history.Series.Where(other => other.Name is { Name: "lead-search/deep-page", Metric: not "failed" }),
            other => Assert.All(other.Points, point => Assert.InRange(point.Run, 0, 11)));
        var page = HistoryPage.Render(history.Nights, [], "runs", "1.0");
        Assert.Contains("1 figure became worse, 0 better", page, StringComparison.Ordinal);
        Assert.Contains("at most 1%", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_missed_because_requests_failed_has_no_figure_among_the_nights()
    {
        var run = OtherRun.Of(0);
        var missed = run with { Verdicts = [run.Verdicts[0].MissedBecause("60 of 100 requests failed"), .. run.Verdicts.Skip(1)] };

        Assert.Contains(RunNight.Of(run).Figures.Keys, name => name.Name == run.Verdicts[0].Id);
        Assert.DoesNotContain(RunNight.Of(missed).Figures.Keys, name => name.Name == run.Verdicts[0].Id);
    }

    [Fact]
    public void Runs_of_another_load_are_another_history_and_invalid_ones_are_in_none()
    {
        var other = OtherRun.Of(1);
        var histories = RunHistory.Of(new[]
        {
            OtherRun.Of(0), other with { Options = new Dictionary<string, string>(other.Options) { ["profile"] = "smoke" } },
            OtherRun.Of(2), OtherRun.Of(3) with { Invalid = ["The machine slept."] },
        }.Select(RunNight.Of));

        Assert.Equal([2, 1], histories.Select(history => history.Nights.Count));
    }

    [Fact]
    public void Another_content_of_a_profile_is_another_history_and_runs_that_do_not_know_theirs_go_with_the_first()
    {
        RunNight Night(int night, string? checksum)
        {
            var run = OtherRun.Of(night);
            return RunNight.Of(checksum is null
                ? run
                : run with { Options = new Dictionary<string, string>(run.Options) { ["profile checksum"] = checksum } });
        }

        var nights = new[] { Night(0, null), Night(1, null), Night(2, "111"), Night(3, "222"), Night(4, "111") };
        var histories = RunHistory.Of(nights);

        Assert.Equal([4, 1], histories.Select(history => history.Nights.Count));
        Assert.EndsWith("profile checksum 222", histories[1].Load, StringComparison.Ordinal);
        Assert.Equal(nights[0].Load, Assert.Single(RunHistory.Of(nights[..3])).Load);
        Assert.Equal([true, true, true, false, true], nights.Select(night => night.IsOfLoadOf(nights[4])));
    }

    [Fact]
    public void Evidence_that_is_judged_again_is_no_second_night_and_the_page_says_so()
    {
        var measured = SampleCompared.Proof;
        var judged = measured with
        {
            Identity = measured.Identity with { Id = "judged-again", StartedUtc = measured.Identity.StartedUtc.AddDays(30) },
        };
        IReadOnlyList<RunNight> nights = [RunNight.Of(measured), RunNight.Of(judged)];

        Assert.Equal(measured.Identity.Id, Assert.Single(Assert.Single(RunHistory.Of(nights)).Nights).Id);
        var page = HistoryPage.Render(nights, [], "runs", "1.0");
        Assert.Contains("One run judged the evidence of an earlier proof again", page, StringComparison.Ordinal);
        Assert.Contains("not drawn: it measured nothing", page, StringComparison.Ordinal);
        Assert.DoesNotContain("incomplete or invalid", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(62.0, -126.0, "5.95x more left", "(38% left to")]
    [InlineData(97.6, 94.0, "2.5x more left", "(2.4% left to")]
    public void Of_percent_saved_what_is_left_is_followed(double before, double after, string ratio, string level)
    {
        var history = Claimed("RE-1", "%", night => Within(night < 8 ? before : after), isCompared: true);

        var series = Assert.Single(history.Series, series => series.Name.Kind == NightKind.Target);
        var change = Assert.Single(series.Changes);
        Assert.True(change is { IsShown: true, At: 8 } && series.IsWorse(change));
        Assert.Equal([.. Enumerable.Repeat(before, 8), .. Enumerable.Repeat(after, 8)], series.Points.Select(point => point.Value));
        var page = HistoryPage.Render(history.Nights, [], "runs", "1.0");
        Assert.Contains("1 figure became worse, 0 better", page, StringComparison.Ordinal);
        Assert.Contains(ratio, page, StringComparison.Ordinal);
        Assert.Contains(level, page, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_percentage_is_followed_as_it_is()
    {
        var history = Claimed("forecast", "%", night => Within(night < 8 ? 98.4 : 84), isCompared: false);

        var change = Assert.Single(Assert.Single(history.Series, series => series.Name.Kind == NightKind.Target).Changes);
        Assert.Equal(84 / 98.4, change.Ratio, 6);
    }

    /// <summary>Beyond a bound the truth may lie anywhere.</summary>
    [Fact]
    public void Two_bounds_are_no_change_and_are_told_as_bounds()
    {
        var history = Claimed("ER-6", "x", night => AtLeast(night < 8 ? 395 : 300), isCompared: true);

        Assert.Empty(history.Series.SelectMany(series => series.Changes));
        var page = HistoryPage.Render(history.Nights, [], "runs", "1.0");
        Assert.Contains("No change shown", page, StringComparison.Ordinal);
        var row = page[page.IndexOf(">ER-6<", StringComparison.Ordinal)..];
        Assert.Equal(
            ["at least 300×", "at least 348×", "at least 395×", "at least 300×"],
            Regex.Matches(row, "<td class=n>([^<]*×)").Select(cell => cell.Groups[1].Value));
    }

    [Theory]
    [InlineData(420.0, 395.0, 420.0, 0)]
    [InlineData(395.0, 300.0, 420.0, 0)]
    [InlineData(395.0, 395.0, 300.0, 1)]
    [InlineData(500.0, 395.0, 300.0, 1)]
    public void A_measured_figure_after_bounds_is_a_change_where_it_contradicts_them(double first, double second, double then, int changes)
    {
        var history = Claimed(
            "ER-6", "x", night => night < 4 ? AtLeast(first) : night < 8 ? AtLeast(second) : Within(then), isCompared: true);

        var series = Assert.Single(history.Series, series => series.Name.Kind == NightKind.Target);
        Assert.Equal(changes, series.Changes.Count);
        if (changes == 0) return;
        Assert.True(series.Changes[0] is { IsShown: true, At: 8 } && series.IsWorse(series.Changes[0]));
        var page = HistoryPage.Render(history.Nights, [], "runs", "1.0");
        Assert.Contains("at least 1.32x less", page, StringComparison.Ordinal);
        Assert.Contains("(at least 395× to", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_above_all_that_was_measured_around_it_is_a_change_and_one_among_them_hides_none()
    {
        var above = Claimed("ER-6", "x", night => night < 8 ? Within(300) : AtLeast(395), isCompared: true);
        var among = Claimed(
            "ER-6", "x", night => night < 6 ? Within(500) : night < 10 ? AtLeast(395) : Within(300), isCompared: true);

        Assert.Equal([8], Changes(above).Select(change => change.At));
        Assert.Equal([(10, false)], Changes(among).Select(change => (change.At, change.IsBound)));

        static IEnumerable<HistoryChange> Changes(RunHistory history) => history.Series.SelectMany(series => series.Changes);
    }

    // One target on 16 nights on which all else stays as it is.
    private static RunHistory Claimed(string id, string unit, Func<int, Measured> figure, bool isCompared) =>
        Assert.Single(RunHistory.Of(Enumerable.Range(0, 16).Select(night =>
        {
            var measured = figure(night);
            return RunNight.Of(OtherRun.Of(night) with
            {
                Comparisons = isCompared ? [new(id, measured.Figure!.Value, measured.Interval, measured.Samples, "as measured")] : [],
                Verdicts = [Verdict.Judged(id, "a claim", measured, Limit.AtLeast(60, unit), "as measured")],
            });
        })));

    private static Measured Within(double figure) => new(figure, new(figure - 0.1, figure + 0.1), 9);

    private static Measured AtLeast(double figure) => new(figure, new(figure * 0.9, figure * 2), 9) { Known = new(To: figure) };

    private static IReadOnlyList<(int, double)> Series(int nights, Func<int, double> level, int seed = 7, double scatter = 0.02)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, nights)
            .Select(night => (night, level(night) * (1 - scatter + (2 * scatter * random.NextDouble()))))];
    }
}
