using LoadHarness.Comparing.Headroom;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>Targets that every rate holds, or none: the answers do not depend on the machine.</summary>
public sealed class HeadroomTests(PostgresCluster cluster, SmallTemplate template)
{
    [Fact]
    public async Task A_target_that_no_rate_holds_breaks_below_all_and_one_without_limit_holds_the_highest()
    {
        Assert.NotNull(cluster.Server);
        var stop = TestContext.Current.CancellationToken;
        var (slow, fast) = (Rate(20), Rate(400));
        var run = new HeadroomRun(
            TimeSpan.FromMilliseconds(200), SmallTemplate.Rows, ServerProfile.Checklist, keep: false, SilentProgress.Instance)
        {
            Template = await template.MakeAsync(),
        };

        var report = await run.MeasureAsync(
            new("headroom", "two reads", slow, fast), [Target("lead-queries", 1e9), Target("lead-search", 0)], stop);

        var held = report.Scenarios.ToDictionary(scenario => scenario.Scenario);
        Assert.All(held["lead-queries"].Held, level => Assert.Equal(new(20 * 64, SearchEnd.AtMost, null), level));
        Assert.All(held["lead-search"].Held, level => Assert.Equal((400.0 / 8, SearchEnd.BelowLeast), (level.Level, level.End)));
        Assert.Contains("above 0 ms of T lead-search", held["lead-search"].FirstToBreak(), StringComparison.Ordinal);
        Assert.Equal([VerdictKind.Met, VerdictKind.Missed], report.Verdicts.Select(verdict => verdict.Kind));
    }

    [Fact]
    public async Task A_profile_without_a_rate_is_refused_before_anything_is_seeded()
    {
        var told = new Notes();
        var run = new HeadroomRun(TimeSpan.FromSeconds(1), SmallTemplate.Rows with { Seed = 4_711 }, ServerProfile.Checklist, false, told);

        var fault = await Assert.ThrowsAsync<HarnessException>(() => run.MeasureAsync(
            new("imports-only", "no rate", BulkImport: new(500, 1)), [], TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.Contains("'imports-only' has no scenario with a rate", fault.Message, StringComparison.Ordinal);
        Assert.Empty(told.Sentences);
    }

    private static ArrivalLoad Rate(double perSecond) => new(perSecond, TimeSpan.Zero, TimeSpan.FromSeconds(1), 10_000);

    private static Target Target(string scenario, double limit) =>
        new($"T {scenario}", "reads", Statistic.ResponseP95, limit, LimitDirection.AtMost, "ms", scenario);
}
