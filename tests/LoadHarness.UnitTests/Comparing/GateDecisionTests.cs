using LoadHarness.Comparing;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class GateDecisionTests
{
    [Fact]
    public void An_unchanged_tree_passes()
    {
        var decision = GateDecision.Of(Sample.Comparison with
        {
            Times = [Sample.Time("lead-queries/email_lookup", 1.01, Difference.Same)],
        }, []);
        Assert.Equal((ExitCode.AllMet, "no regression"), (decision.ExitCode, decision.Headline));
    }

    [Fact]
    public void A_confirmed_slowdown_fails_the_job_and_one_that_new_pairs_did_not_show_does_not()
    {
        Assert.Equal(ExitCode.Regression, Gate(Sample.Time("lead-queries/tag_filter", 1.2, Difference.Slower, true)).ExitCode);
        Assert.Equal(ExitCode.AllMet, Gate(Sample.Time("lead-queries/tag_filter", 1.2, Difference.Slower, false)).ExitCode);
    }

    [Fact]
    public void What_stays_undecided_is_never_green() =>
        Assert.Equal(ExitCode.Inconclusive, Gate(Sample.Time("lead-queries/tag_filter", 1.05, Difference.Inconclusive)).ExitCode);

    [Fact]
    public void More_blocks_alone_are_a_regression_with_statement_and_factor()
    {
        var decision = GateDecision.Of(Sample.Comparison with { Counters = [Sample.Blocks("segmentation/count", 400, 800)] }, []);
        Assert.Equal(ExitCode.Regression, decision.ExitCode);
        Assert.Equal(2.0, Assert.Single(decision.Regressions).Factor);
        Assert.Contains("select * from leads", decision.Causes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_earlier_night_found_is_known_since_then()
    {
        var comparison = Sample.Comparison with { Counters = [Sample.Blocks("segmentation/count", 400, 800)] };
        var earlier = new GateNight(comparison.StartedUtc.AddDays(-3), "main", "abc", ["segmentation/count"],
            new Dictionary<string, double>());
        var decision = GateDecision.Of(comparison, [earlier]);
        Assert.Equal(earlier.AtUtc, Assert.Single(decision.Regressions).KnownSince);
        Assert.Equal("1 known regressions, none new", decision.Headline);
    }

    [Fact]
    public void A_great_improvement_is_to_be_verified() =>
        Assert.Contains("verify lead-queries/tag_filter", Gate(Sample.Time("lead-queries/tag_filter", 0.5, Difference.Faster, true))
            .Improvements[0], StringComparison.Ordinal);

    [Fact]
    public void A_setting_that_differs_stands_before_what_it_did()
    {
        var decision = GateDecision.Of(
            Sample.Comparison with { ServerB = Sample.Facts("64kB"), Counters = [Sample.Blocks("segmentation/count", 400, 800)] }, []);
        Assert.Equal("The setting work_mem is 4MB on A and 64kB on B.", decision.Causes[0]);
    }

    [Fact]
    public void Lost_statistics_stand_before_the_plans_that_changed_by_them()
    {
        var decision = GateDecision.Of(
            Sample.Comparison with { Statistics = [new("leads", 14, 0)], Counters = [Sample.Blocks("segmentation/count", 400, 800)] }, []);
        Assert.StartsWith("On B the planner has statistics of 0 columns of leads, on A of 14.", decision.Causes[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_nights_show_a_creep_that_one_does_not()
    {
        GateNight Night(int day, double ratio) => new(
            Sample.Comparison.StartedUtc.AddDays(day), "main", "abc", [], new Dictionary<string, double>
            {
                ["lead-queries/tag_filter"] = ratio,
            });
        double[] slower = [1.04, 1.06, 1.05, 1.07, 1.03, 1.05, 1.06, 1.04, 1.05, 1.06];
        Assert.Equal("lead-queries/tag_filter", Assert.Single(SlowCreep.Find([.. slower.Index().Select(r => Night(r.Index, r.Item))]))
            .Operation);
        Assert.Empty(SlowCreep.Find([.. slower.Index().Select(r => Night(r.Index, 2.05 - r.Item))]));
        Assert.Empty(SlowCreep.Find([.. slower.Take(9).Index().Select(r => Night(r.Index, r.Item))]));
    }

    [Fact]
    public async Task Nights_are_kept_a_line_each_and_read_back_for_their_pin()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        try
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            for (var night = 0; night < 200; night++)
                await GateHistory.AddAsync(file, GateNight.Of(Sample.Comparison, night % 2 == 0 ? "a" : "b", "abc"), cancellationToken);
            Assert.Equal(100, (await GateHistory.ReadAsync(file, "a", cancellationToken)).Count);
            await File.AppendAllTextAsync(file, "{\"worse\": 3}\n", cancellationToken);
            var fault = await Assert.ThrowsAsync<HarnessException>(() => GateHistory.ReadAsync(file, "a", cancellationToken));
            Assert.Contains("line 201", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static GateDecision Gate(params ComparedTime[] times) => GateDecision.Of(Sample.Comparison with { Times = times }, []);
}
