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
        AssertLate(Judged(Late(serviceMilliseconds: 5)));
        AssertBroke(Judged(Late(serviceMilliseconds: 550)));
    }

    /// <summary>Reads begin late beside them in both: that alone says nothing of imports that take too long by themselves.</summary>
    [Fact]
    public void Imports_that_only_began_late_spoil_a_level_and_those_that_take_too_long_break_it()
    {
        AssertLate(Imported(lagMilliseconds: 1_600));

        var broke = Imported(lagMilliseconds: 20);
        Assert.False(broke!.IsSpoilt);
        Assert.Equal("imports do not keep up: 1 s of them took 2.5 s", broke.Words);
    }

    [Fact]
    public void A_level_that_breaks_on_a_machine_whose_time_others_take_is_spoilt_and_one_that_holds_there_holds()
    {
        var spoilt = Judged(On(Slow(10, of: 100), stolen: 0.3));
        Assert.True(spoilt!.IsSpoilt);
        Assert.Contains("reads: the hypervisor took 30.0% of the CPU time", spoilt.Words, StringComparison.Ordinal);
        Assert.Null(Judged(On(Slow(0, of: 100), stolen: 0.3)));
        AssertBroke(Judged(On(Slow(10, of: 100), stolen: 0.01)));

        Assert.True(Judged(On(Slow(10, of: 100), stolen: null, busy: 1.9))!.IsSpoilt);
        AssertBroke(Judged(On(Slow(10, of: 100), stolen: null, busy: 1.5)));
    }

    private static void AssertLate(LevelFault? fault)
    {
        Assert.True(fault!.IsSpoilt);
        Assert.Contains("reads/page: the generator started requests late by", fault.Words, StringComparison.Ordinal);
    }

    private static void AssertBroke(LevelFault? fault)
    {
        Assert.False(fault!.IsSpoilt);
        AssertBreaks("p95", P95, fault.Words);
    }

    private static LevelFault? Judged(ScenarioResult result) =>
        LevelTrial.Of([result], operation => ScaleTarget.Of(OperationPath.Of(result.Name, operation), 1, [P95]), cores: 2);

    /// <summary>Imports of one second, the last of which ends after 2.7 s, beside reads that keep their target.</summary>
    private static LevelFault? Imported(double lagMilliseconds)
    {
        var result = SampleScenario.Repeated("bulk-import", "import", [0.2], 16_000);
        var imports = result with
        {
            Model = LoadModel.Open,
            Measured = TimeSpan.FromSeconds(2.7),
            Operations = [result.Operations[0] with { Lag = Times(lagMilliseconds) }],
        };
        return LevelTrial.Of(
            [Late(serviceMilliseconds: 5, responseMilliseconds: 450), imports],
            operation => operation == "page" ? ScaleTarget.Of(OperationPath.Of("reads", operation), 1, [P95]) : [],
            cores: 2, played => ImportedRows.FaultOf(played.Single(one => one.Name == imports.Name), TimeSpan.FromSeconds(1)));
    }

    private static ScenarioResult On(ScenarioResult result, double? stolen, double busy = 0.3) =>
        result with { Generator = result.Generator with { StolenShare = stolen, CpuCores = busy } };

    private static ScenarioResult Late(double serviceMilliseconds, double responseMilliseconds = 600)
    {
        var result = Slow(0, of: 200);
        return result with
        {
            Model = LoadModel.Open,
            Operations =
            [
                result.Operations[0] with
                {
                    Response = Times(responseMilliseconds), Service = Times(serviceMilliseconds), Lag = Times(400),
                },
            ],
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
