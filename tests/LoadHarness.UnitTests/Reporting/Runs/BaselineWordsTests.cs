using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page;
using LoadHarness.Reporting.Page.SideBySide;

namespace LoadHarness.UnitTests.Reporting.Runs;

/// <summary>A run with a baseline and the same two runs side by side are told by one rule.</summary>
public sealed class BaselineWordsTests
{
    private const string Cause = "60 of 100 requests failed";

    /// <summary>10% with narrow intervals are no difference: two runs of the same code differ by as much.</summary>
    [Theory]
    [InlineData(1.1, 0.001, "0 worse, 0 better, 1 without a difference shown.")]
    [InlineData(0.9, 0.001, "0 worse, 0 better, 1 without a difference shown.")]
    [InlineData(1.3, 0.5, "0 worse, 0 better, 1 without a difference shown.")]
    [InlineData(2.0, 0.05, "1 worse, 0 better, 0 without a difference shown.")]
    [InlineData(0.5, 0.05, "0 worse, 1 better, 0 without a difference shown.")]
    public void A_baseline_says_of_two_runs_what_the_runs_side_by_side_say(double factor, double width, string said)
    {
        var (earlier, run) = (Judged(100, width), Judged(100 * factor, width));

        var change = Assert.Single(RunComparison.Of(earlier, run).Targets);

        Assert.Equal(said, Said(earlier, run));
        Assert.Equal(
            (change.IsWorse, change.IsBetter),
            (said.StartsWith("1 worse", StringComparison.Ordinal), said.Contains("1 better", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(25.0)]
    [InlineData(null)]
    public void A_target_missed_because_requests_fail_is_worse_however_quick_the_others_are(double? figure)
    {
        var (earlier, run) = (Judged(100, 0.05), Missed(Judged(figure, 0.05)));

        Assert.Equal("1 worse, 0 better, 0 without a difference shown.", Said(earlier, run));
        Assert.Contains($"worse: in this one {Cause}", ReportPage.Render(run.ComparedWith(earlier)), StringComparison.Ordinal);
        var change = Assert.Single(RunComparison.Of(earlier, run).Targets);
        Assert.True(change.IsWorse);
        Assert.Equal($"not compared: in B {Cause}", change.Sentence());
    }

    [Fact]
    public void Where_the_earlier_run_missed_it_for_a_cause_nothing_is_better()
    {
        var earlier = Missed(Judged(100, 0.05));

        Assert.Equal(Cause, Assert.Single(Baseline.Of(earlier, earlier).Figures).Cause);
        Assert.Equal("0 worse, 0 better, 0 without a difference shown, 1 not compared.", Said(earlier, Judged(25, 0.05)));
        Assert.Equal("0 worse, 0 better, 0 without a difference shown, 1 not compared.", Said(earlier, Missed(Judged(25, 0.05))));
    }

    /// <summary>Of percent saved, what is left: a quotient of 84 over 98.4 hides that it is ten times as much.</summary>
    [Theory]
    [InlineData(98.4, 84.0, "1 worse, 0 better, 0 without a difference shown.", "1.6% left to 16% left: 10x more (")]
    [InlineData(84.0, 98.4, "0 worse, 1 better, 0 without a difference shown.", "16% left to 1.6% left: 10x less (")]
    [InlineData(62.0, -126.0, "1 worse, 0 better, 0 without a difference shown.", "38% left to 226% left: 5.95x more (")]
    [InlineData(-62.0, -226.0, "1 worse, 0 better, 0 without a difference shown.", "162% left to 326% left: 2.01x more (")]
    [InlineData(98.4, 98.3, "0 worse, 0 better, 1 without a difference shown.", "1.6% left to 1.7% left: no difference shown (")]
    public void Of_percent_saved_what_is_left_is_compared(double before, double after, string said, string sentence)
    {
        var (earlier, run) = (Saved(before), Saved(after));

        var change = Assert.Single(RunComparison.Of(earlier, run).Targets);

        Assert.Equal(said, Said(earlier, run));
        Assert.StartsWith(sentence, change.Sentence(), StringComparison.Ordinal);
        Assert.Contains(sentence, SideBySidePage.Render([earlier, run], "1.0"), StringComparison.Ordinal);
        Assert.Contains(change.Levels!, ReportPage.Render(run.ComparedWith(earlier)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_of_a_proof_is_of_percent_saved_and_another_percentage_is_not()
    {
        var proof = SampleCompared.Proof;
        var forecasts = Verdict.Judged("forecast", "Right", new(98.4, new(98.2, 98.7), 9), Limit.AtLeast(90, "%"), "as measured");
        var fewer = Verdict.Judged("forecast", "Right", new(84, new(83, 85), 9), Limit.AtLeast(90, "%"), "as measured");

        Assert.Equal(["RE-2", "ER-1"], proof.Verdicts.Where(verdict => Saving.Is(verdict, proof)).Select(verdict => verdict.Id));
        var change = Assert.Single(RunComparison.Of(OtherRun.Of(0) with { Verdicts = [forecasts] }, OtherRun.Of(1) with
        {
            Verdicts = [fewer],
        }).Targets);
        Assert.True(change is { A: 98.4, B: 84.0, IsOfRest: false });
    }

    // With 10% of what is left to either side.
    private static RunResult Saved(double figure)
    {
        var (left, limit) = (100 - figure, Limit.AtLeast(40, "%"));
        var interval = new ConfidenceInterval(100 - (left * 1.1), 100 - (left * 0.9));
        return OtherRun.Of(0) with
        {
            Comparisons = [new("RE-4", figure, interval, 9, "as measured")],
            Verdicts = [Verdict.Judged("RE-4", "Connection overhead down 40%", new(figure, interval, 9), limit, "as measured")],
        };
    }

    private static string Said(RunResult earlier, RunResult run)
    {
        var compared = run.ComparedWith(earlier);
        return BaselineSection.Summary(compared, compared.Baseline!);
    }

    private static RunResult Missed(RunResult run) => run with { Verdicts = [run.Verdicts[0].MissedBecause(Cause)] };

    private static RunResult Judged(double? figure, double width) => OtherRun.Of(0) with
    {
        Verdicts =
        [
            Verdict.Judged(
                "TQ-1", "Lead queries < 500 ms",
                new(figure, figure is { } value ? new(value * (1 - width), value * (1 + width)) : null, 1_000, 1, "tag p95",
                    "lead-queries/tag"),
                Limit.AtMost(500, "ms"), "as measured"),
        ],
    };
}
