using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing.Proving;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Comparing;

public sealed class HeadroomReportTests
{
    [Fact]
    public void A_scenario_that_holds_more_than_the_profile_is_met_and_names_what_breaks_next()
    {
        var report = Report(new("segmentation", 3, [Found(12), Found(15), Found(12)]));
        var verdict = Assert.Single(report.Verdicts);
        Assert.Equal(VerdictKind.Met, verdict.Kind);
        Assert.Equal(Math.Cbrt(12 * 15 * 12) / 3, verdict.Figure!.Value, 9);
        Assert.Contains("count_6 p95 3412 ms, above 3000 ms of TQ-3", verdict.Evidence, StringComparison.Ordinal);
        Assert.Contains("12.9/s (9.39 to 17.8)", HeadroomText.Of(report), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_breaks_at_the_rate_of_the_profile_is_missed()
    {
        var report = Report(new("lead-search", 20, [Below(2.5), Below(2.5), Below(2.5)]));
        Assert.Equal(ExitCode.TargetMissed, ExitCodes.Of(report.Verdicts));
        Assert.Contains("below 2.5/s", HeadroomText.Of(report), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_held_every_rate_has_a_bound_and_no_interval()
    {
        var scenario = new ScenarioHeadroom("lead-queries", 100, [new(6_400, SearchEnd.AtMost, null), new(6_400, SearchEnd.AtMost, null)]);
        Assert.Equal("at least 6,400/s", HeadroomText.RateOf(scenario));
        Assert.Equal("at least 64×", HeadroomText.FactorOf(scenario));
        Assert.Equal("nothing broke at the highest rate that was tried", scenario.FirstToBreak());
        Assert.Contains(" at least 64 ×, at least 64 times the required 1 ×", VerdictWords.Line(Report(scenario).Verdicts[0]),
            StringComparison.Ordinal);
        // A rate that was not found in one round is none of the others either.
        var once = scenario with { Held = [Found(3_200), new(6_400, SearchEnd.AtMost, null)] };
        Assert.StartsWith("at least ", HeadroomText.FactorOf(once), StringComparison.Ordinal);
    }

    /// <summary>"run" was invalid on the same machine, and headroom said "missed 0.5x".</summary>
    [Fact]
    public async Task Rates_that_a_neighbour_spoilt_make_the_run_invalid_and_miss_nothing()
    {
        Target limit = new("TQ-1", "reads", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "lead-queries");
        var slow = SampleScenario.Repeated("lead-queries", "email_lookup", [.. Enumerable.Repeat(0.6, 100)], 1);
        var stolen = slow with { Generator = slow.Generator with { StolenShare = 0.3 } };
        var search = new LevelSearch(
            (_, _) => Task.FromResult(
                LevelTrial.Of([stolen], operation => ScaleTarget.Of($"lead-queries/{operation}", 1, [limit]), cores: 2)),
            new(SearchedLoad.Requests, 12.5, 100, 6_400), 1.1, step: 0);

        var held = await search.FindAsync(100, null, TestContext.Current.CancellationToken);
        var report = Report(new("lead-queries", 100, [held]));
        var run = RunJudge.Judge(SampleCompared.Headroom with { Headroom = report }, OptionsCheck.Check(new(), []));

        Assert.Contains(run.Invalid, doubt => doubt.Contains("the hypervisor took 30.0% of the CPU time", StringComparison.Ordinal));
        Assert.Equal((RunState.Invalid, ExitCode.Inconclusive), (RunVerdict.Of(run).State, RunVerdict.Of(run).ExitCode));
        Assert.Equal(VerdictKind.Inconclusive, Assert.Single(run.Verdicts).Kind);
        Assert.Contains("| 100/s | not known | not known |", HeadroomText.Of(report), StringComparison.Ordinal);
    }

    [Fact]
    public void What_held_before_the_generator_was_late_is_a_bound_and_below_the_profile_it_shows_nothing()
    {
        HeldLevel Spoilt(double rate) => new(rate, SearchEnd.SpoiltAbove, "the generator started requests late");
        var above = new ScenarioHeadroom("lead-queries", 100, [Spoilt(800), Spoilt(800), Spoilt(800)]);
        var below = new ScenarioHeadroom("lead-queries", 100, [Spoilt(800), Spoilt(50), Spoilt(800)]);

        Assert.Equal(("at least 8×", null), (HeadroomText.FactorOf(above), above.Doubt));
        Assert.Equal(VerdictKind.Met, Report(above).Verdicts[0].Kind);
        Assert.Equal("the generator started requests late", below.Doubt);
        Assert.Equal(VerdictKind.Inconclusive, Report(below).Verdicts[0].Kind);
    }

    private static HeadroomReport Report(ScenarioHeadroom scenario) => new(
        200_000, 42, DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(5), "15.18", TimeSpan.FromSeconds(10), [scenario]);

    private static HeldLevel Found(double rate) => new(rate, SearchEnd.Found, "count_6 p95 3412 ms, above 3000 ms of TQ-3");

    private static HeldLevel Below(double rate) => new(rate, SearchEnd.BelowLeast, "by_term: 12 of 200 were skipped");
}
