using System.Text.Json;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Output;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page.SideBySide;

namespace LoadHarness.UnitTests.Reporting.Runs;

public sealed class RunComparisonTests
{
    [Fact]
    public void A_run_beside_itself_shows_no_difference_anywhere()
    {
        var comparison = RunComparison.Of(OtherRun.Of(0), OtherRun.Of(0));

        Assert.Empty(comparison.Differences);
        Assert.Empty(comparison.Worse.Concat(comparison.Better));
        Assert.DoesNotContain(comparison.Statements.Concat(comparison.Sizes), change => change.IsWorse || change.IsBetter);
        Assert.All(comparison.Plans, plan => Assert.True(plan.IsSame));
        Assert.True(comparison.Compared > 10);
        Assert.All(comparison.Operations.Where(change => change.Interval is not null),
            change => Assert.Contains("no difference shown", change.Sentence(), StringComparison.Ordinal));
    }

    [Fact]
    public void An_operation_twice_as_slow_is_named_first_with_its_interval_and_nothing_else_is()
    {
        var comparison = RunComparison.Of(OtherRun.Of(0), OtherRun.Of(1, factor: 2));

        Assert.All(comparison.Worse, change => Assert.Equal("lead-search/deep-page", change.Name));
        Assert.NotEmpty(comparison.Worse);
        Assert.Empty(comparison.Better);
        Assert.Equal("lead-search/deep-page", comparison.Operations[0].Name);
        var median = comparison.Operations.Single(change => change is { Name: "lead-search/deep-page", Metric: "p50" });
        Assert.InRange(median.Ratio!.Value, 1.99, 2.01);
        Assert.Matches(@"^2x slower \(1\.\d+ to [23]\.\d+\)$", median.Sentence());
    }

    [Fact]
    public void The_other_way_round_it_is_as_much_faster()
    {
        var comparison = RunComparison.Of(OtherRun.Of(0, factor: 2), OtherRun.Of(1));

        Assert.Empty(comparison.Worse);
        Assert.Matches(@"^2x faster \(1\.\d+ to [23]\.\d+\)$",
            comparison.Better.Single(change => change.Metric == "p50").Sentence());
    }

    /// <summary>What was sampled within a run cannot show what two runs of the same code differ by.</summary>
    [Fact]
    public void Ten_percent_between_two_single_runs_show_nothing_however_many_requests_there_were()
    {
        var (a, b) = (new ConfidenceIntervalOf(100, 99.9, 100.1), new ConfidenceIntervalOf(110, 109.9, 110.1));

        var interval = RunSpread.Of((a.Figure, new(a.Low, a.High)), (b.Figure, new(b.Low, b.High)))!;

        Assert.True(interval.Low < 1, "10% within the spread of single runs were called a difference.");
        Assert.InRange(RunSpread.OfSame, 1.1, 1.3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_figure_that_is_none_has_no_quotient(double figure)
    {
        Assert.Null(RunSpread.Of((figure, new(figure, figure)), (1, new(1, 1))));
        var change = new RunChange("x", "p95", "ms", figure, 1, null, ChangeWords.OfTime);
        Assert.Equal(Difference.Open, change.Difference);
        Assert.DoesNotContain("slower (", change.Sentence(), StringComparison.Ordinal);
    }

    [Fact]
    public void Machine_and_settings_that_differ_are_named()
    {
        var a = OtherRun.Of(0);
        var b = OtherRun.Of(1).OnOtherMachine() with
        {
            Server = a.Server! with { Settings = new Dictionary<string, string>(a.Server.Settings) { ["shared_buffers"] = "8GB" } },
        };

        var differences = RunComparison.Of(a, b).Differences;

        Assert.Contains(differences, difference => difference.StartsWith("machine: ", StringComparison.Ordinal));
        Assert.Contains("server setting shared_buffers: 512MB then, 8GB now", differences);
    }

    [Fact]
    public void Plans_statements_and_sizes_that_changed_are_found()
    {
        var a = OtherRun.Of(0);
        var seen = a.Observation!;
        var b = OtherRun.Of(1) with
        {
            Observation = seen with
            {
                Plans = [seen.Plans[0] with
                {
                    Fingerprint = "other",
                    Text = "Seq Scan on leads  (cost=0.00..1.00 rows=1 width=1)",
                }, seen.Plans[1]],
                Statements = [seen.Statements[0] with { SharedBlocksHit = seen.Statements[0].SharedBlocksHit * 3 }, seen.Statements[1]],
                Sizes = [seen.Sizes[0] with { BytesAfter = seen.Sizes[0].BytesAfter * 2 }, .. seen.Sizes.Skip(1)],
            },
        };

        var comparison = RunComparison.Of(a, b);

        var plan = Assert.Single(comparison.Plans, plan => !plan.IsSame);
        Assert.Contains("Seq Scan on leads", plan.Change!.NewNodes);
        Assert.Contains("Index Scan using leads_pkey on leads", plan.Change.LostNodes);
        Assert.Equal("blocks a call", Assert.Single(comparison.Statements, change => change.IsWorse).Metric);
        Assert.Equal("leads", Assert.Single(comparison.Sizes, change => change.IsWorse).Name);
    }

    [Fact]
    public void What_only_one_run_has_is_said_and_counts_as_no_change()
    {
        var a = OtherRun.Of(0);
        var b = OtherRun.Of(1) with { Scenarios = [.. OtherRun.Of(1).Scenarios.Where(scenario => scenario.Name != "lead-search")] };

        var change = RunComparison.Of(a, b).Operations.First(change => change.Name == "lead-search/deep-page");

        Assert.Equal("not in C", change.Sentence("A", "C"));
        Assert.Equal(Difference.Open, change.Difference);
    }

    [Theory]
    [InlineData(30.0, 10.0, "no difference shown (3x faster, without an interval)")]
    [InlineData(10.0, 30.0, "no difference shown (3x slower, without an interval)")]
    public void A_figure_without_an_interval_is_said_in_the_same_way(double a, double b, string sentence) =>
        Assert.Equal(sentence, new RunChange("search/by_term", "p99", "ms", a, b, null, ChangeWords.OfTime).Sentence());

    [Fact]
    public void A_percentile_that_neither_run_has_is_no_row()
    {
        var comparison = RunComparison.Of(OtherRun.Of(0), OtherRun.Of(1));

        Assert.NotEmpty(comparison.Operations);
        Assert.DoesNotContain(comparison.Operations, change => change is { A: null, B: null });
    }

    /// <summary>The requests that are left are the quick ones: they make no operation faster.</summary>
    [Theory]
    [InlineData(0.5, "not compared: in B 50% failed")]
    [InlineData(1.0, "not compared: in B 100% failed")]
    public void An_operation_that_fails_its_requests_is_worse_however_quick_the_others_are(double share, string sentence)
    {
        var comparison = RunComparison.Of(OtherRun.Of(0), OtherRun.Of(1, factor: 0.25).Failing(share));

        Assert.Empty(comparison.Better);
        var change = Assert.Single(comparison.Worse);
        Assert.Equal(("lead-search/deep-page", sentence), (change.Name, change.Sentence()));
        Assert.Same(change, comparison.Operations[0]);
        Assert.StartsWith("1 worse, 0 better, ", comparison.Tally, StringComparison.Ordinal);
        Assert.Null(change.Ratio);
    }

    [Fact]
    public void An_operation_that_failed_before_is_not_compared_and_one_that_fails_far_more_is_worse()
    {
        var failing = OtherRun.Of(0).Failing(0.5);

        var later = RunComparison.Of(failing, OtherRun.Of(1, factor: 4));
        Assert.Empty(later.Worse.Concat(later.Better));
        var change = Assert.Single(later.Operations, change => change.Name == "lead-search/deep-page");
        Assert.Equal("not compared: in A 50% failed", change.Sentence());
        Assert.Contains(" not compared", later.Tally, StringComparison.Ordinal);
        var same = RunComparison.Of(failing, OtherRun.Of(1, factor: 0.25).Failing(0.5));
        Assert.Empty(same.Worse.Concat(same.Better));
        var worse = Assert.Single(RunComparison.Of(OtherRun.Of(0).Failing(0.05), failing).Worse);
        Assert.Matches(@"^not compared: in A [\d.]+% failed; in B 50% failed$", worse.Sentence());
    }

    [Fact]
    public void Users_whose_requests_fail_complete_no_more_of_them()
    {
        var comparison = RunComparison.Of(OtherRun.Of(0).Failing(0, "lookup"), OtherRun.Of(1).Failing(0.5, "segment-count"));

        Assert.Contains(comparison.Worse, change => change is { Name: "mixed-users", Metric: "failed" });
        Assert.DoesNotContain(comparison.Operations, change => change is { Name: "mixed-users", Metric: "completed" });
    }

    [Theory]
    [InlineData("invalid", "Stolen time.")]
    [InlineData("incomplete", "Interrupted.")]
    public void A_run_that_must_not_be_trusted_is_named_before_any_figure_whichever_of_the_two_it_is(string state, string why)
    {
        var (good, other) = (OtherRun.Of(0), OtherRun.Of(1));
        var bad = state == "invalid" ? other with { Invalid = [why] } : other with { IncompleteReason = why };

        var comparison = RunComparison.Of(good, bad);

        Assert.Equal([$"B is {state}: {why}"], comparison.Faults());
        Assert.Equal([$"A is {state}: {why}"], RunComparison.Of(bad, good).Faults());
        Assert.Empty(comparison.Differences.Concat(RunComparison.Of(bad, good).Differences));
        Assert.Contains(why, JsonSerializer.Serialize(comparison, JsonFormat.Options), StringComparison.Ordinal);
        foreach (var (run, page) in new[] { ("B", Page(good, bad)), ("A", Page(bad, good)) })
        {
            Assert.Contains($"<h1>{run} is {state}; B against A: ", page, StringComparison.Ordinal);
            Assert.Contains($"{run} is {state}: {why}", page, StringComparison.Ordinal);
            Assert.DoesNotContain("differs from A in", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Targets_with_another_verdict_are_counted_and_named_beside_the_tally()
    {
        var (met, missed) = (Proved(96), Proved(90));

        var comparison = RunComparison.Of(met, missed);

        Assert.Equal("0 worse, 0 better, 0 without a difference shown", comparison.Tally);
        Assert.Equal("1 verdict changed (ER-4 met in A, missed in B)", comparison.VerdictTally());
        Assert.Contains($"B against A: {comparison.Tally}, {comparison.VerdictTally()}", Page(met, missed), StringComparison.Ordinal);
        Assert.Equal(
            "1 verdict changed (ER-4 met in A, missed in C, by another limit)",
            RunComparison.Of(Proved(90, limit: 80), missed).VerdictTally("A", "C"));
        Assert.Null(RunComparison.Of(met, met).VerdictTally());
    }

    [Fact]
    public void Each_verdict_stands_beside_the_limit_that_it_was_judged_by()
    {
        var (wide, narrow) = (Proved(90, limit: 80), Proved(90));

        var row = Row(Page(wide, narrow));

        Assert.Contains(", at least 80%", row, StringComparison.Ordinal);
        Assert.Contains(", at least 95%", row, StringComparison.Ordinal);
        Assert.DoesNotContain(", at least", Row(Page(narrow, narrow)), StringComparison.Ordinal);
        Assert.Contains("at least 95%", Row(Page(narrow, narrow)), StringComparison.Ordinal);

        static string Row(string page) => page[page.IndexOf("<span class=\"id\">ER-4", StringComparison.Ordinal)..].Split("</table>")[0];
    }

    [Fact]
    public void Other_targets_are_a_difference_of_two_runs_and_keep_none_from_being_a_baseline()
    {
        var (a, b) = (OtherRun.Of(0) with { TargetsChecksum = "111" }, OtherRun.Of(1) with { TargetsChecksum = "222" });

        Assert.Equal(["targets: 111 then, 222 now"], RunComparison.Of(a, b).Differences);
        Assert.Empty(BaselineFit.Differences(a, b));
        // A run of an earlier version does not say.
        Assert.Empty(RunComparison.Of(OtherRun.Of(0), b).Differences);
    }

    private static string Page(RunResult a, RunResult b) => SideBySidePage.Render([a, b], "1.0");

    private static RunResult Proved(double figure, double limit = 95) => SampleCompared.Proof with
    {
        Verdicts = [Verdict.Counted("ER-4", "Imports 95% faster", figure, Limit.AtLeast(limit, "%"), 4, "as measured")],
    };

    private sealed record ConfidenceIntervalOf(double Figure, double Low, double High);
}
