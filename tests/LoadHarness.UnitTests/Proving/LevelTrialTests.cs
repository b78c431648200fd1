using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Proving;

/// <summary>A level breaks by the first target that it does not keep, each taken by its own statistic.</summary>
public sealed class LevelTrialTests
{
    private static readonly Target P95 = Of("T-95", Statistic.ResponseP95, 500);
    private static readonly Target P99 = Of("T-99", Statistic.ResponseP99, 800);
    private static readonly Target Mean = Of("T-MEAN", Statistic.ResponseMean, 80);

    [Fact]
    public void A_percentile_is_held_against_the_target_that_names_it()
    {
        Assert.Null(FaultOf(Slow(4, of: 100), P95));
        AssertBreaks("p99", P99, FaultOf(Slow(4, of: 100), P99));
        Assert.Null(FaultOf(Slow(0, of: 100), P99));
    }

    [Fact]
    public void Every_target_of_an_operation_has_to_hold_in_whatever_order_they_stand()
    {
        AssertBreaks("p99", P99, FaultOf(Slow(4, of: 100), P95, P99));
        AssertBreaks("p99", P99, FaultOf(Slow(4, of: 100), P99, P95));
        // The first of two that break.
        AssertBreaks("mean", Mean, FaultOf(Slow(4, of: 100), P95, Mean, P99));
        Assert.Null(FaultOf(Slow(0, of: 100), P95, P99, Mean));
    }

    [Fact]
    public void A_mean_is_held_against_a_target_of_the_mean()
    {
        AssertBreaks("mean", Mean, FaultOf(Slow(4, of: 100), Mean));
        Assert.Null(FaultOf(Slow(3, of: 100), Mean));
    }

    [Fact]
    public void Of_few_calls_the_slowest_has_to_hold()
    {
        AssertBreaks("p99", P99, FaultOf(Slow(1, of: 40), P99));
        AssertBreaks("p95", P95, FaultOf(Slow(1, of: 10), P95));
        Assert.Null(FaultOf(Slow(1, of: 40), P95));
    }

    [Fact]
    public void What_never_came_back_is_longer_than_the_slowest_answer()
    {
        var result = Slow(6, of: 1_000);

        Assert.Null(FaultOf(result, P99));
        AssertBreaks("p99", P99, FaultOf(Lost(result, unanswered: 8, skipped: 0), P99));
        AssertBreaks("p99", P99, FaultOf(Lost(result, unanswered: 0, skipped: 8), P99));
        Assert.Null(FaultOf(Lost(result, unanswered: 4, skipped: 4), P95));
    }

    private static ScenarioResult Lost(ScenarioResult result, int unanswered, int skipped)
    {
        var operation = result.Operations[0];
        var completed = operation.Accounting.Completed;
        var accounting = new Accounting(completed + unanswered + skipped, completed, 0, skipped, unanswered);
        return result with { Operations = [operation with { Accounting = accounting }] };
    }

    private static void AssertBreaks(string statistic, Target target, string? fault)
    {
        Assert.StartsWith($"page {statistic} ", fault, StringComparison.Ordinal);
        Assert.EndsWith($" ms, above {target.Limit:0} ms of {target.Id}", fault, StringComparison.Ordinal);
    }

    private static string? FaultOf(ScenarioResult result, params Target[] targets) =>
        LevelTrial.FaultOf([result], operation => ScaleTarget.Of(OperationPath.Of(result.Name, operation), 1, targets));

    /// <param name="slow">So many calls take 2 s, the others 10 ms.</param>
    private static ScenarioResult Slow(int slow, int of) =>
        SampleScenario.Repeated("reads", "page", [.. Enumerable.Repeat(0.010, of - slow), .. Enumerable.Repeat(2.0, slow)], 1);

    private static Target Of(string id, Statistic statistic, double milliseconds) =>
        new(id, "reads", statistic, milliseconds, LimitDirection.AtMost, "ms", "reads");
}
