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
    public void The_text_has_one_title_and_the_comparison_below_it()
    {
        var text = GateText.Of(Sample.Comparison, GateDecision.Of(Sample.Comparison, []), []);

        Assert.StartsWith("# Gate: no regression (exit code 0)", text, StringComparison.Ordinal);
        Assert.Single(text.Split('\n'), line => line.StartsWith("# ", StringComparison.Ordinal));
        Assert.Contains("\n## Compared: no difference shown\n", text, StringComparison.Ordinal);
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
    public void An_operation_that_fails_on_B_alone_is_a_regression_and_stands_first()
    {
        var comparison = Sample.Comparison with
        {
            FailsOnB = [new("lead-queries/tag_filter", "40 of 40 calls failed: 42703 column \"tags\" does not exist")],
            ServerB = Sample.Facts("64kB"),
            Counters = [Sample.Blocks("segmentation/count", 400, 800)],
        };

        var decision = GateDecision.Of(comparison, []);

        Assert.Equal(ExitCode.Regression, decision.ExitCode);
        Assert.Equal(["lead-queries/tag_filter", "segmentation/count"], decision.Regressions.Select(alert => alert.Operation));
        Assert.Null(decision.Regressions[0].Factor);
        Assert.Equal(
            "lead-queries/tag_filter: fails on B: 40 of 40 calls failed: 42703 column \"tags\" does not exist.", decision.Causes[0]);
        Assert.Equal("The setting work_mem is 4MB on A and 64kB on B.", decision.Causes[1]);
        Assert.StartsWith("segmentation/count: ", decision.Causes[2], StringComparison.Ordinal);
        Assert.Empty(decision.Open);
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

    /// <summary>
    /// Nights in their order: w worse, c clean, u undecided, n not compared in words, - no figure of it, . no times at all. What was well
    /// in between was told as known for ever.
    /// </summary>
    [Theory]
    [InlineData("wcc", null)]
    [InlineData("wcw", 2)]
    [InlineData("wcwwc", null)]
    [InlineData("cww", 1)]
    [InlineData("wu-n.", 0)]
    [InlineData("wcw-u", 2)]
    [InlineData("w-cu", null)]
    [InlineData("u-.", null)]
    [InlineData("", null)]
    public void Known_is_what_the_latest_nights_that_saw_it_found(string nights, int? since)
    {
        IReadOnlyList<GateNight> earlier = [.. nights.Index().Select(night => Night(night.Index, night.Item))];
        var comparison = Sample.Comparison with { Counters = [Sample.Blocks("segmentation/count", 400, 800)] };

        var alert = Assert.Single(GateDecision.Of(comparison, earlier).Regressions);

        DateTimeOffset? expected = since is { } index ? earlier[index].AtUtc : null;
        Assert.Equal(expected, alert.KnownSince);

        static GateNight Night(int day, char found) => GateNight.Of(
            Sample.Comparison with
            {
                StartedUtc = Sample.Comparison.StartedUtc.AddDays(day - 30),
                Counters = found == 'w' ? [Sample.Blocks("segmentation/count", 400, 800)] : [],
                Times = found switch
                {
                    '.' => [],
                    '-' or 'n' => [Sample.Time("lead-queries/tag_filter", 1, Difference.Same)],
                    'u' => [Sample.Time("segmentation/count", 1.05, Difference.Inconclusive)],
                    _ => [Sample.Time("segmentation/count", 1, Difference.Same)],
                },
                Undecided = found == 'n' ? ["segmentation/count mean: calls failed in 4 of 4 slots of B alone."] : [],
            },
            "main", "abc", Usual);
    }

    /// <summary>By counters alone no night has a ratio, and the shift of all scenarios is no operation's mean.</summary>
    [Theory]
    [InlineData("segmentation/count", false)]
    [InlineData(ArmComparison.Whole, true)]
    public void What_never_has_a_ratio_is_seen_by_each_night_that_does_not_leave_it_undecided(string operation, bool timed)
    {
        Assert.Null(Since(Night(0, true), Night(1, false)));
        Assert.Equal(Night(2, true).AtUtc, Since(Night(0, true), Night(1, false), Night(2, true)));
        foreach (var words in (string[])[operation, $"{operation} p50", $"B has no operation {operation.Split('/')[^1]}."])
            Assert.Equal(Night(0, true).AtUtc, Since(Night(0, true), Night(1, false) with { Undecided = [words] }));

        DateTimeOffset? Since(params GateNight[] earlier) =>
            GateContext.Of("main", earlier, Night(9, true)).KnownSince.TryGetValue(operation, out var since) ? since : null;

        GateNight Night(int day, bool worse) => new(
            DateTimeOffset.UnixEpoch.AddDays(day), "main", "abc", worse ? [operation] : [],
            timed ? new Dictionary<string, double> { ["lead-queries/tag_filter"] = 1 } : []);
    }

    [Fact]
    public async Task A_night_keeps_what_it_could_not_decide()
    {
        using var directory = new TemporaryDirectory();
        var (file, stop) = (Path.Combine(directory.Path, "nights.jsonl"), TestContext.Current.CancellationToken);
        var comparison = Sample.Comparison with
        {
            Times = [Sample.Time("a/b", 1.05, Difference.Inconclusive), Sample.Time("a/c", 1, Difference.Same)],
            Undecided = ["a/d p50: calls failed in 1 of 4 slots of A alone.", "B has no operation refund."],
        };
        await GateHistory.AddAsync(file, GateNight.Of(comparison, "a", "abc", Usual), stop);

        var night = Assert.Single(await GateHistory.ReadAsync(file, "a", Usual, stop));

        Assert.Equal(["a/b", "a/d p50", "B has no operation refund."], night.Undecided);
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
    public void A_night_without_ratios_or_without_one_operation_switches_no_creep_off()
    {
        IReadOnlyList<GateNight> nights =
        [
            .. Enumerable.Range(0, 10).Select(day => Night(day, new() { ["a"] = 1.05 + (day % 2 * 0.01), ["gone"] = 1.2 })),
            Night(10, new() { ["b"] = 1 }),
            Night(11, new() { ["a"] = 1.06 }),
            Night(12, []),
        ];

        Assert.Equal("a", Assert.Single(SlowCreep.Find(nights)).Operation);
        Assert.Empty(SlowCreep.Find([Night(0, [])]));

        static GateNight Night(int day, Dictionary<string, double> ratios) =>
            new(Sample.Comparison.StartedUtc.AddDays(day), "main", "abc", [], ratios);
    }

    public static TheoryData<GateConditions> Others => new(
        Usual with { Contacts = 200_000 }, Usual with { Seed = 7 }, Usual with { Settings = "tuned" }, Usual with { SlotSeconds = 0 });

    /// <summary>What 20,000 leads found was said to be known at 200,000, where it was found for the first time.</summary>
    [Theory]
    [MemberData(nameof(Others))]
    public async Task Only_nights_under_the_same_conditions_count(GateConditions other)
    {
        using var directory = new TemporaryDirectory();
        var (file, stop) = (Path.Combine(directory.Path, "nights.jsonl"), TestContext.Current.CancellationToken);
        await GateHistory.AddAsync(file, GateNight.Of(Sample.Comparison, "a", "abc", Usual), stop);
        // As earlier versions wrote them.
        await File.AppendAllTextAsync(
            file, """{"atUtc":"2026-11-25T02:00:00+00:00","pin":"a","commit":"abc","worse":["x"],"ratios":{}}""" + "\n", stop);

        Assert.Single(await GateHistory.ReadAsync(file, "a", Usual, stop));
        Assert.Empty(await GateHistory.ReadAsync(file, "a", other, stop));
    }

    [Fact]
    public async Task Nights_are_kept_a_line_each_and_read_back_for_their_pin()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        try
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            for (var night = 0; night < 200; night++)
                await GateHistory.AddAsync(
                    file, GateNight.Of(Sample.Comparison, night % 2 == 0 ? "a" : "b", "abc", Usual), cancellationToken);
            Assert.Equal(100, (await GateHistory.ReadAsync(file, "a", Usual, cancellationToken)).Count);
            await File.AppendAllTextAsync(file, "{\"worse\": 3}\n", cancellationToken);
            var fault = await Assert.ThrowsAsync<HarnessException>(() => GateHistory.ReadAsync(file, "a", Usual, cancellationToken));
            Assert.Contains("line 201", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static GateConditions Usual { get; } = new(20_000, 42, "checklist", 5);

    private static GateDecision Gate(params ComparedTime[] times) => GateDecision.Of(Sample.Comparison with { Times = times }, []);
}
