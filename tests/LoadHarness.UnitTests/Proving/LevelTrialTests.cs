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

    /// <summary>Responses count from the intended start: a late generator made them pass their limit, and headroom said "missed".</summary>
    [Fact]
    public void A_level_that_only_the_lag_of_the_generator_breaks_is_spoilt_and_one_that_the_server_breaks_is_not()
    {
        var spoilt = Judged(Late(serviceMilliseconds: 5), cores: 2);
        Assert.True(spoilt!.IsSpoilt);
        Assert.Contains("reads/page: the generator started requests late by", spoilt.Words, StringComparison.Ordinal);

        AssertBroke(Judged(Late(serviceMilliseconds: 550), cores: 2));
        // The generator of prove belongs to the machine whose limit is looked for.
        AssertBroke(Judged(Late(serviceMilliseconds: 5), cores: null));
    }

    [Fact]
    public void A_level_that_breaks_on_a_machine_whose_time_others_take_is_spoilt_and_one_that_holds_there_holds()
    {
        foreach (var cores in (int?[])[2, null])
        {
            var spoilt = Judged(On(Slow(10, of: 100), stolen: 0.3), cores);
            Assert.True(spoilt!.IsSpoilt);
            Assert.Contains("reads: the hypervisor took 30.0% of the CPU time", spoilt.Words, StringComparison.Ordinal);
            Assert.Null(Judged(On(Slow(0, of: 100), stolen: 0.3), cores));
            AssertBroke(Judged(On(Slow(10, of: 100), stolen: 0.01), cores));
        }

        Assert.True(Judged(On(Slow(10, of: 100), stolen: null, busy: 1.9), cores: 2)!.IsSpoilt);
        AssertBroke(Judged(On(Slow(10, of: 100), stolen: null, busy: 1.9), cores: null));
    }

    private static void AssertBroke(LevelFault? fault)
    {
        Assert.False(fault!.IsSpoilt);
        AssertBreaks("p95", P95, fault.Words);
    }

    private static LevelFault? Judged(ScenarioResult result, int? cores) =>
        LevelTrial.Of([result], operation => ScaleTarget.Of(OperationPath.Of(result.Name, operation), 1, [P95]), cores);

    private static ScenarioResult On(ScenarioResult result, double? stolen, double busy = 0.3) =>
        result with { Generator = result.Generator with { StolenShare = stolen, CpuCores = busy } };

    private static ScenarioResult Late(double serviceMilliseconds)
    {
        var result = Slow(0, of: 200);
        return result with
        {
            Model = LoadModel.Open,
            Operations = [result.Operations[0] with { Response = Times(600), Service = Times(serviceMilliseconds), Lag = Times(400) }],
        };
    }

    private static LatencySummary Times(double milliseconds)
    {
        var histogram = new LatencyHistogram();
        for (var i = 0; i < 200; i++) histogram.Record(TimeSpan.FromMilliseconds(milliseconds));
        return LatencySummary.Of(histogram);
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
