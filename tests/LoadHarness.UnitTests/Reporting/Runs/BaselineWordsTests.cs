using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Page;

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
