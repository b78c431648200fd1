using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting.Files;

namespace LoadHarness.UnitTests.Targets;

public sealed class JudgeTests
{
    private static readonly Target Query = new(
        "TQ-1", "Lead queries", Statistic.ResponseP95, 500, LimitDirection.AtMost, "ms", "lead-queries", null, 100, 2_000_000);
    private static readonly Target Import = new(
        "TQ-2", "Import", Statistic.ResponseMean, 15, LimitDirection.AtMost, "s", "bulk-import", "import", 3, 2_000_000, 100_000);

    [Fact]
    public void A_target_is_met_when_its_whole_interval_lies_inside_the_limit()
    {
        var verdict = Decide(Query, Scenario("lead-queries", Operation("a", Milliseconds(1_000, i => 100 + (i % 50)))));

        Assert.Equal(VerdictKind.Met, verdict.Kind);
        Assert.InRange(verdict.Figure!.Value, 146, 149);
        Assert.True(verdict.Interval!.Low <= verdict.Figure && verdict.Figure <= verdict.Interval.High);
        Assert.Equal(1_000, verdict.Samples);
    }

    /// <summary>1 to 200 ms: the 190th is the p95, and the ranks of its interval are 183.96 and 197.04.</summary>
    [Fact]
    public void The_ranks_of_an_interval_are_rounded_outwards()
    {
        var interval = Decide(Query, Scenario("lead-queries", Operation("a", Milliseconds(200, i => i + 1)))).Interval!;

        Assert.InRange(interval.Low, 182.8, 183.2);
        Assert.InRange(interval.High, 197.8, 198.2);
    }

    [Theory]
    [InlineData(41, 60, 5, VerdictKind.Met)]
    [InlineData(39, 60, 5, VerdictKind.Inconclusive)]
    [InlineData(10, 39, 5, VerdictKind.Missed)]
    [InlineData(41, 60, 2, VerdictKind.Inconclusive)]
    public void A_comparison_of_the_run_is_judged_by_its_whole_interval(double low, double high, long rounds, VerdictKind expected)
    {
        var target = new Target("RE-4", "Connections", Statistic.Comparison, 40, LimitDirection.AtLeast, "%", MinimumSamples: 3);
        var run = Run([]) with { Comparisons = [new("RE-4", (low + high) / 2, new(low, high), rounds, "in turns")] };

        Assert.Equal(expected, Assert.Single(TargetJudge.Decide(run, [target])).Kind);
        Assert.Equal(VerdictKind.Unavailable, Assert.Single(TargetJudge.Decide(run with { Comparisons = [] }, [target])).Kind);
    }

    [Fact]
    public void A_figure_inside_with_an_interval_across_the_limit_is_inconclusive()
    {
        var verdict = Decide(Query, Scenario(
            "lead-queries", Operation("a", Milliseconds(200, i => i < 189 ? 100 : 501 - (i == 189 ? 10 : 0)))));

        Assert.Equal(VerdictKind.Inconclusive, verdict.Kind);
    }

    [Fact]
    public void The_slowest_operation_decides()
    {
        var verdict = Decide(Query, Scenario("lead-queries",
            Operation("quick", Milliseconds(1_000, _ => 5)),
            Operation("slow", Milliseconds(1_000, _ => 800))));

        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.Equal("lead-queries/slow", verdict.Source);
        Assert.InRange(verdict.Margin!.Value, -0.61, -0.59);
    }

    [Fact]
    public void Too_few_samples_are_inconclusive_however_quick_they_are() =>
        Assert.Equal(VerdictKind.Inconclusive, Decide(Query, Scenario("lead-queries", Operation("a", Milliseconds(99, _ => 1)))).Kind);

    [Fact]
    public void Quick_answers_do_not_excuse_failures()
    {
        var operation = Operation("a", Milliseconds(1_000, _ => 1)) with { Accounting = new(1_020, 1_000, 20, 0, 0) };

        Assert.Equal(VerdictKind.Missed, Decide(Query, Scenario("lead-queries", operation)).Kind);
    }

    /// <summary>What never came back is longer than any limit; what failed had an answer, and only its share counts.</summary>
    [Theory]
    [InlineData(0, 0, 55, 20, VerdictKind.Inconclusive)]
    [InlineData(0, 55, 0, 20, VerdictKind.Inconclusive)]
    [InlineData(0, 27, 28, 20, VerdictKind.Inconclusive)]
    [InlineData(0, 0, 55, 800, VerdictKind.Missed)]
    [InlineData(55, 0, 0, 20, VerdictKind.Met)]
    [InlineData(0, 0, 1, 20, VerdictKind.Met)]
    public void A_percentile_is_one_of_all_requests_that_should_have_come_back(
        int failed, int skipped, int unanswered, double milliseconds, VerdictKind expected)
    {
        var lost = failed + skipped + unanswered;
        var operation = Operation("a", Milliseconds(6_000 - lost, _ => milliseconds)) with
        {
            Accounting = new(6_000, 6_000 - lost, failed, skipped, unanswered),
        };

        var verdict = Decide(Query with { Statistic = Statistic.ResponseP99 }, Scenario("lead-queries", operation));

        Assert.Equal(expected, verdict.Kind);
        Assert.InRange(verdict.Figure!.Value, milliseconds * 0.999, milliseconds * 1.001);
        if (expected == VerdictKind.Met) return;
        Assert.Null(verdict.Interval);
        Assert.Contains("reaches into the requests that never came back (55)", verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("at most 500 ms required", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_never_came_back_moves_the_figure_up()
    {
        var answered = Milliseconds(5_970, i => i < 5_930 ? 20 : 400);
        var operation = Operation("a", answered) with { Accounting = new(6_000, 5_970, 0, 0, 30) };

        var verdict = Decide(Query with { Statistic = Statistic.ResponseP99 }, Scenario("lead-queries", operation));

        Assert.InRange(verdict.Figure!.Value, 399, 401);
    }

    [Fact]
    public void A_percentile_among_those_that_never_came_back_has_no_figure_and_is_the_worst()
    {
        var verdict = Decide(Query, Scenario("lead-queries",
            Operation("slow", Milliseconds(1_000, _ => 800)) with { Accounting = new(1_020, 1_000, 20, 0, 0) },
            Operation("hung", Milliseconds(900, _ => 5)) with { Accounting = new(1_000, 900, 0, 0, 100) }));

        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.Equal("lead-queries/hung", verdict.Source);
        Assert.Null(verdict.Figure);
        Assert.Contains("100 of 1,000 requests got no answer", verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("responseP95", 7_200, "s", "at most 3600 s")]
    [InlineData("responseP99", 3_600.5, "s", "at most 3600 s")]
    [InlineData("responseMean", 3_600_001, "ms", "at most 3600000 ms")]
    [InlineData("responseMean", 3_600, "s", null)]
    [InlineData("responseP95", 3_600_000, "ms", null)]
    public void A_limit_beyond_the_longest_time_that_is_recorded_is_refused(string statistic, double limit, string unit, string? allowed)
    {
        var json = $$"""
            { "targets": [ { "id": "A", "title": "Rollup", "scenario": "s", "statistic": "{{statistic}}", "limit": {{limit}},
              "direction": "atMost", "unit": "{{unit}}" } ] }
            """;

        if (allowed is null)
        {
            Assert.Equal(limit, Assert.Single(TargetFile.Parse(json)).Limit);
            return;
        }

        var refused = Assert.Throws<HarnessException>(() => TargetFile.Parse(json));
        Assert.Equal(ExitCode.BadUsage, refused.ExitCode);
        Assert.Contains($"limit: '{limit}' is wrong; allowed: {allowed}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_took_hours_is_within_no_limit()
    {
        var hours = Scenario("lead-queries", Operation("a", Milliseconds(200, _ => 3 * 3_600_000)));
        var one = Scenario("bulk-import", Operation("import", Milliseconds(100, i => i == 0 ? 10 * 3_600_000 : 10_000)));

        var mean = Decide(Import with { Limit = 200 }, one);

        Assert.Equal(VerdictKind.Missed, Decide(Query with { Limit = 3_600, Unit = "s" }, hours).Kind);
        Assert.Equal(VerdictKind.Inconclusive, mean.Kind);
        Assert.Contains("an hour or longer", mean.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_smaller_import_has_a_limit_cut_in_proportion()
    {
        var operation = Operation("import", Milliseconds(3, _ => 2_000)) with { Items = 3 * 10_000 };

        var verdict = Decide(Import, Scenario("bulk-import", operation));

        Assert.Equal(1.5, verdict.Limit!.Value, 6);
        Assert.Equal(VerdictKind.Missed, verdict.Kind);
    }

    [Fact]
    public void A_run_below_the_claimed_scale_says_so_beside_its_figure() =>
        Assert.Contains("measured at 200,000 leads; the claim is for 2,000,000",
            Decide(Query, Scenario("lead-queries", Operation("a", Milliseconds(1_000, _ => 5)))).Caveats);

    [Fact]
    public void A_database_that_was_seeded_earlier_is_judged_by_the_leads_that_are_there()
    {
        var run = Run([Scenario("lead-queries", Operation("a", Milliseconds(1_000, _ => 5)))]);
        run = run with { Seed = run.Seed! with { Contacts = 2_000_000, Found = new(1_000_000, [new("leads", 2_100_000, 1_100_000, 0)]) } };
        var contacts = new Target("SC-1", "2M+ contacts in one workspace", Statistic.Contacts, 2_000_000, LimitDirection.AtLeast, "leads");

        var verdicts = TargetJudge.Decide(run, [Query, contacts]);

        Assert.Contains("measured at 1,000,000 leads; the claim is for 2,000,000", verdicts[0].Caveats);
        Assert.Equal(VerdictKind.Unavailable, verdicts[1].Kind);
        Assert.StartsWith("This run holds 1,000,000 leads.", verdicts[1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_over_many_workspaces_says_so_beside_its_figure_and_claims_no_number_of_leads_in_one()
    {
        var run = Run([Scenario("lead-queries", Operation("a", Milliseconds(1_000, _ => 5)))]);
        run = run with { Seed = run.Seed! with { Contacts = 3_000_000, Spread = new(10, 1) } };
        var contacts = new Target("SC-1", "2M+ contacts in one workspace", Statistic.Contacts, 2_000_000, LimitDirection.AtLeast, "leads");

        var verdicts = TargetJudge.Decide(run, [Query, contacts]);

        Assert.Contains("measured at 3,000,000 leads in 10 workspaces (skew 1), 1,024,252 in the largest; the claim is for 2,000,000 in "
            + "one",
            verdicts[0].Caveats);
        Assert.Equal(VerdictKind.Unavailable, verdicts[1].Kind);
        Assert.Contains("1,024,252 in the largest", verdicts[1].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_that_did_not_run_makes_its_target_unavailable() =>
        Assert.Equal(VerdictKind.Unavailable, Decide(Query).Kind);

    [Fact]
    public void Users_count_only_when_at_most_one_percent_of_their_requests_came_to_nothing()
    {
        var target = new Target("SC-2", "Users", Statistic.Users, 100, LimitDirection.AtLeast, "users", "mixed-users", null, 10);
        var operation = Operation("a", Milliseconds(100, _ => 12));
        var well = Scenario("mixed-users", operation) with { Users = 100, Model = LoadModel.Closed };
        var almost = Scenario("mixed-users", operation with
        {
            Accounting = new(101, 100, 1, 0, 0),
        }) with
        { Users = 100, Model = LoadModel.Closed };
        var failing = Scenario("mixed-users", operation with
        {
            Accounting = new(102, 100, 2, 0, 0),
        }) with
        { Users = 100, Model = LoadModel.Closed };

        Assert.Equal(VerdictKind.Met, Decide(target, well).Kind);
        Assert.Contains("p95 of the slowest operation, a: 0.01 s", Decide(target, well).Evidence, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Met, Decide(target, almost).Kind);
        Assert.Contains("1 request failed", Decide(target, almost).Caveats);
        Assert.Equal("2 of 102 requests failed (1.96%; at most 1% allowed)", Decide(target, failing).Reason);
        Assert.Equal(VerdictKind.Missed, Decide(target, failing).Kind);
        Assert.Equal(VerdictKind.Unavailable, Decide(target, well with { Users = null, ForeignEngine = "NBomber" }).Kind);
    }

    [Fact]
    public void A_milestone_is_as_well_met_as_the_worst_target_and_names_those_that_are_not()
    {
        var milestone = new Target("MS-0", "Holds", Statistic.ContactsWithAllTargetsMet, 100_000, LimitDirection.AtLeast, "leads");
        var missed = Scenario("lead-queries", Operation("a", Milliseconds(1_000, _ => 800)));
        var open = Scenario("bulk-import", Operation("import", Milliseconds(2, _ => 200)) with { Items = 2 * 100_000 });

        var verdict = TargetJudge.Decide(Run([missed, open]), [Query, Import, milestone]).Single(v => v.Id == "MS-0");

        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.Equal("At 200,000 leads: TQ-1 missed, TQ-2 inconclusive.", verdict.Evidence);
        // The leads are inside their limit: as a figure they contradicted the verdict.
        Assert.Equal("MS-0 missed: Holds: not every target is met: TQ-1 missed, TQ-2 inconclusive", VerdictWords.Line(verdict));
        Assert.False(TargetsImage.Shows(verdict));
    }

    [Fact]
    public void A_milestone_says_what_leaves_it_open_and_comes_after_the_targets_that_it_rests_on()
    {
        var milestone = new Target("MS-0", "Holds", Statistic.ContactsWithAllTargetsMet, 100_000, LimitDirection.AtLeast, "leads");
        var missed = Scenario("lead-queries", Operation("a", Milliseconds(1_000, _ => 800)));
        var open = Scenario("bulk-import", Operation("import", Milliseconds(2, _ => 200)) with { Items = 2 * 100_000 });
        var search = Query with { Id = "TQ-4", Scenario = "lead-search" };

        var undecided = TargetJudge.Decide(Run([open]), [search, Import, milestone]);
        var worst = RunScope.WorstFirst(TargetJudge.Decide(Run([missed, open]), [milestone, Import, Query])).Select(one => one.Id);

        Assert.Equal("not every target is met: TQ-2 inconclusive; not judged: TQ-4", undecided[2].Reason);
        Assert.Equal(VerdictKind.Inconclusive, undecided[2].Kind);
        Assert.Equal(["TQ-1", "MS-0", "TQ-2"], worst);
    }

    [Fact]
    public void The_targets_that_ship_have_every_id_of_section_11_once()
    {
        var ids = TargetFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json")))
            .Select(target => target.Id).ToList();
        string[] expected =
        [
            "TQ-1", "TQ-2", "TQ-3", "TQ-4", "TQ-5", "SC-1", "SC-2", "SC-3", "SC-4", "SC-5", "RE-1", "RE-2", "RE-3", "RE-4",
            "ER-1", "ER-2", "ER-3", "ER-4", "ER-5", "ER-6", "ER-7", "ER-8", "ER-9", "MS-1", "MS-2",
        ];

        Assert.Superset(expected.ToHashSet(), ids.ToHashSet());
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    private static Verdict Decide(Target target, params ScenarioResult[] scenarios) =>
        Assert.Single(TargetJudge.Decide(Run(scenarios), [target]));

    private static LatencyHistogram Milliseconds(int count, Func<int, double> value)
    {
        var histogram = new LatencyHistogram();
        for (var i = 0; i < count; i++) histogram.Record(TimeSpan.FromMilliseconds(value(i)));
        return histogram;
    }

    private static OperationResult Operation(string name, LatencyHistogram response)
    {
        var summary = LatencySummary.Of(response);
        return new(name, new(response.Count, response.Count, 0, 0, 0), summary, summary, summary, 10, 10, null, [], []);
    }

    private static ScenarioResult Scenario(string name, params OperationResult[] operations) =>
        new(name, LoadModel.Open, "Inject 10/s", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.FromSeconds(10), 1, operations, [],
            new(0, null, 0, 0, TimeSpan.Zero), null);

    private static RunResult Run(IReadOnlyList<ScenarioResult> scenarios) => new()
    {
        Identity = new("r", DateTimeOffset.UnixEpoch, TimeSpan.Zero, "c", "0", "Release", 0, null),
        Options = new Dictionary<string, string>(),
        Host = new("os", "cpu", 2, 0, "10", false),
        Seed = new(1, 200_000, "x", 1, new(2026, 1, 1), [], [], [], TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, false),
        Scenarios = scenarios,
    };
}
