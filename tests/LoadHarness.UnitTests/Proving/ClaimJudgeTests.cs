using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Proving;

public sealed class ClaimJudgeTests
{
    private static readonly Target Percent = new("ER-1", "Lead queries 95% faster", Statistic.Comparison, 95, LimitDirection.AtLeast, "%");

    [Fact]
    public void The_geometric_mean_does_not_depend_on_which_arm_divides()
    {
        double[] ratios = [0.1, 0.4, 2];
        Assert.Equal(0.430887, ProofArithmetic.GeometricMean(ratios), 6);
        Assert.Equal(1 / ProofArithmetic.GeometricMean(ratios), ProofArithmetic.GeometricMean([.. ratios.Select(ratio => 1 / ratio)]), 9);
        Assert.Throws<ArgumentException>(() => ProofArithmetic.GeometricMean([]));
        Assert.Throws<ArgumentException>(() => ProofArithmetic.GeometricMean([1, 0]));
    }

    [Fact]
    public void A_ratio_becomes_percent_saved_or_times_better_and_its_interval_turns_round()
    {
        Assert.Equal(95, ProofArithmetic.Figure(0.05, "%"), 9);
        Assert.Equal(-184, ProofArithmetic.Figure(2.84, "%"), 9);
        Assert.Equal(4, ProofArithmetic.Figure(0.25, "x"), 9);
        var interval = ProofArithmetic.Figure(new ConfidenceInterval(0.04, 0.06), "%");
        Assert.Equal((94, 96), (Math.Round(interval.Low, 9), Math.Round(interval.High, 9)));
    }

    [Fact]
    public void A_mix_counts_each_operation_by_weight_and_cost()
    {
        var claim = ClaimJudge.Decide(
            Contract(ClaimStatistic.BlocksPerRequest, ("a", 3), ("b", 1)), Percent,
            new() { Blocks = new Dictionary<string, ArmValues> { ["a"] = new(10, 10), ["b"] = new(10, 970) } });
        Assert.Equal(96, claim.Verdict.Figure!.Value, 9);
        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
        Assert.Equal("a", claim.Worst!.Name);
        Assert.Equal(Math.Sqrt(10 / 970.0), claim.GeometricMean!.Value, 9);
    }

    /// <summary>Published once: "counted, no sampling error" over batches that differed by up to 142%.</summary>
    [Fact]
    public void Blocks_of_drawn_arguments_have_the_interval_of_their_batches()
    {
        var alike = Blocks([4, 4, 4, 4], [100, 100, 100, 100]).Verdict;
        Assert.Equal(VerdictKind.Met, alike.Kind);
        Assert.Null(alike.Checked);

        var near = Blocks([4, 4.2, 3.8, 4], [100, 101, 100, 99]);
        Assert.Equal(VerdictKind.Met, near.Verdict.Kind);
        Assert.InRange(near.Verdict.Figure!.Value, near.Verdict.Interval!.Low, near.Verdict.Interval.High);
        Assert.NotNull(near.Operations[0].Interval);

        var far = Blocks([1, 9, 2, 6], [100, 100, 100, 100]);
        Assert.Equal(VerdictKind.Inconclusive, far.Verdict.Kind);
        Assert.DoesNotContain("no sampling error", Text(far), StringComparison.Ordinal);

        static ProvenClaim Blocks(IReadOnlyList<double> optimized, IReadOnlyList<double> careful) => ClaimJudge.Decide(
            Contract(ClaimStatistic.BlocksPerRequest, ("a", 3)), Percent, new()
            {
                Blocks = new Dictionary<string, ArmValues>
                {
                    ["a"] = new(optimized.Average(), careful.Average())
                    {
                        Calls = 16,
                        OptimizedBatches = optimized,
                        CarefulBatches = careful,
                    },
                },
            });
    }

    [Fact]
    public void What_a_claim_must_not_cost_elsewhere_misses_it_and_what_was_not_measured_is_said()
    {
        var bytes = new ClaimContract("RE-2", "Index size", "d", "C", ClaimStatistic.IndexBytes, [], "n", NotWorseIn: ["ER-1"]);
        var reads = Contract(ClaimStatistic.MeanResponseTime, ("fast", 1), ("slow", 1));

        var slower = Of(Evidence(("fast", 0.1), ("slow", 1.3)), bytes, reads);
        Assert.Equal(VerdictKind.Missed, slower.Verdict.Kind);
        Assert.Contains("50% as a whole, but worse than C by ER-1: slow 1.3 times C", slower.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Met, Of(Evidence(("fast", 0.1), ("slow", 1)), bytes, reads).Verdict.Kind);
        var alone = Of(new(), bytes);
        Assert.Equal(VerdictKind.Met, alone.Verdict.Kind);
        Assert.Contains("not checked: whether the operations of ER-1 got worse", Assert.Single(alone.Verdict.Caveats),
            StringComparison.Ordinal);

        static ProvenClaim Of(ProofEvidence evidence, params ClaimContract[] contracts) =>
            new MeasuredProof(Empty, evidence with { IndexBytes = new(50, 100) })
                .Judge(contracts, [Percent with { Id = "RE-2", Limit = 25 }, Percent]).Claims[0];
    }

    [Fact]
    public void One_operation_more_than_ten_percent_slower_misses_the_claim_and_is_bold()
    {
        var claim = Times(("fast", 0.001), ("slow", 1.3));
        Assert.Equal(VerdictKind.Missed, claim.Verdict.Kind);
        Assert.Contains("slow 1.3 times C", claim.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(["slow"], claim.Worse.Select(operation => operation.Name));

        Assert.Contains("| **slow** |", Text(claim), StringComparison.Ordinal);
        Assert.Contains("| fast |", Text(claim), StringComparison.Ordinal);
    }

    /// <summary>A scan that takes seconds is measured in fewer pairs than a look-up.</summary>
    [Fact]
    public void Operations_with_fewer_pairs_than_others_count_as_much_as_they()
    {
        var claim = ClaimJudge.Decide(Contract(ClaimStatistic.MeanResponseTime, ("look-up", 1), ("scan", 1)), Percent, new()
        {
            Times = new Dictionary<string, OperationPairs>
            {
                ["look-up"] = new([0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1], [1, 1, 1, 1, 1, 1, 1, 1], [], []),
                ["scan"] = new([1, 1, 5, 5], [1_000, 1_000, 1_000, 1_000], [], []),
            },
        });
        Assert.Equal(100 * (1 - Math.Sqrt(0.5 * 0.001)), claim.Verdict.Figure!.Value, 9);
        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
    }

    /// <summary>Pooled, counts that save 78% hid behind pages that save 99.9%.</summary>
    [Fact]
    public void A_claim_of_parts_is_judged_by_the_worst_and_shows_the_whole_next_to_it()
    {
        var contract = Contract(ClaimStatistic.MeanResponseTime) with
        {
            Operations = [new("count_1", 1, "count"), new("count_2", 1, "count"), new("page_1", 1, "page"), new("page_2", 1, "page")],
        };
        var claim = ClaimJudge.Decide(
            contract, Percent, Evidence(("count_1", 0.2), ("count_2", 0.242), ("page_1", 0.001), ("page_2", 0.001)));

        Assert.Equal((VerdictKind.Missed, 78.0), (claim.Verdict.Kind, Math.Round(claim.Verdict.Figure!.Value)));
        Assert.Equal(["count", "page"], claim.Parts.Select(part => part.Name));
        Assert.InRange(claim.Together!.Ratio, 0.0147, 0.0149);
        Assert.Contains("| count | 2 | 0.22 |", Text(claim), StringComparison.Ordinal);
        Assert.Contains("| all together | 4 | 0.015 |", Text(claim), StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Met, ClaimVerdictOf(claim, 70).Kind);

        static Verdict ClaimVerdictOf(ProvenClaim claim, double limit) =>
            (Empty with { Claims = [claim] }).JudgedBy([Percent with { Limit = limit }]).Claims[0].Verdict;
    }

    [Fact]
    public void Memory_is_said_to_be_of_so_many_connections_and_one_alone_stands_next_to_it()
    {
        var evidence = new ProofEvidence
        {
            Memory = [.. Enumerable.Repeat(new ArmValues(30, 100), 4)],
            ConnectionMemory = [.. Enumerable.Repeat(new ArmValues(9, 3), 4)],
            MemoryConnections = 3,
        };
        var claim = ClaimJudge.Decide(
            Contract(ClaimStatistic.AnonymousMemory, ("a", 1)), Percent with { Limit = 60 }, evidence);

        Assert.Equal((VerdictKind.Met, 70.0), (claim.Verdict.Kind, Math.Round(claim.Verdict.Figure!.Value, 6)));
        Assert.Contains(claim.Verdict.Caveats, caveat => caveat.Contains("of 3 connections", StringComparison.Ordinal));
        Assert.Equal([3, 0.3], claim.Operations.Select(operation => Math.Round(operation.Ratio, 6)));
        Assert.Contains("| **the process of a connection, without the server's own** |", Text(claim), StringComparison.Ordinal);
        Assert.Single(ClaimJudge.Decide(
            Contract(ClaimStatistic.AnonymousMemory, ("a", 1)), Percent, evidence with { ConnectionMemory = [] }).Operations);
    }

    [Fact]
    public void An_operation_within_ten_percent_is_neither_bold_nor_a_miss()
    {
        var claim = Times(("fast", 0.0001), ("equal", 1.09));
        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
        Assert.Empty(claim.Worse);
        Assert.DoesNotContain("**equal**", Text(claim), StringComparison.Ordinal);
    }

    [Fact]
    public void Three_clock_ticks_against_one_show_nothing_and_three_hundred_do()
    {
        var target = Percent with { Id = "ER-9", Limit = 2, Unit = "x" };
        Assert.Equal(VerdictKind.Met, Judged(calls: 1).Kind);
        Assert.Contains("short 3 times C", Judged(calls: 100).Reason, StringComparison.Ordinal);

        Verdict Judged(int calls) => ClaimJudge.Decide(
            Contract(ClaimStatistic.RequestsPerCpuSecond, ("short", 1), ("long", 1)), target,
            new()
            {
                Times = new Dictionary<string, OperationPairs> { ["short"] = Cpu(7.5, 2.5, calls), ["long"] = Cpu(100, 10_000, calls) },
            }).Verdict;

        static OperationPairs Cpu(double optimized, double careful, int calls) => new(
            [1, 1, 1, 1], [1, 1, 1, 1], [optimized, optimized, optimized, optimized], [careful, careful, careful, careful])
        {
            Calls = calls,
        };
    }

    [Fact]
    public void Results_that_differ_give_no_figure()
    {
        var evidence = Evidence(("fast", 0.001), ("slow", 1)) with
        {
            Differences = new Dictionary<string, string> { ["slow"] = "call 1, row 3" },
        };
        var claim = ClaimJudge.Decide(Contract(ClaimStatistic.MeanResponseTime, ("fast", 1), ("slow", 1)), Percent, evidence);
        Assert.Equal(VerdictKind.Inconclusive, claim.Verdict.Kind);
        Assert.Contains("invalid: results differ: slow: call 1, row 3", claim.Verdict.Reason, StringComparison.Ordinal);
        Assert.Null(claim.Verdict.Figure);
        Assert.Null(claim.Comparison);
    }

    [Fact]
    public void What_was_not_measured_is_unavailable_with_its_reason()
    {
        var missing = ClaimJudge.Decide(
            Contract(ClaimStatistic.MeanResponseTime, ("fast", 1), ("other", 1)), Percent, Evidence(("fast", 0.1)));
        Assert.Equal(VerdictKind.Unavailable, missing.Verdict.Kind);
        Assert.Contains("other", missing.Verdict.Reason, StringComparison.Ordinal);

        var search = ClaimJudge.Decide(Contract(ClaimStatistic.BoundedSearch, ("fast", 1)) with
        {
            NotMeasured = "It needs a search.",
        }, Percent, Evidence(("fast", 0.1)));
        Assert.Equal("It needs a search", search.Verdict.Reason);
    }

    [Fact]
    public void An_expert_who_is_quicker_on_the_base_schema_is_told()
    {
        var evidence = Evidence(("import", 0.01));
        evidence = evidence with
        {
            Times = new Dictionary<string, OperationPairs> { ["import"] = evidence.Times["import"] with { Expert = 0.5 } },
        };
        var claim = ClaimJudge.Decide(Contract(ClaimStatistic.MeanResponseTime, ("import", 1)), Percent, evidence);
        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
        Assert.Contains("an expert on the base schema (X) does import in 0.5 ms", Assert.Single(claim.Verdict.Caveats),
            StringComparison.Ordinal);
    }

    private static ProvenClaim Times(params (string Name, double Ratio)[] operations) => ClaimJudge.Decide(
        Contract(ClaimStatistic.MeanResponseTime, [.. operations.Select(operation => (operation.Name, 1.0))]), Percent,
            Evidence(operations));

    private static ProofEvidence Evidence(params (string Name, double Ratio)[] operations) => new()
    {
        Times = operations.ToDictionary(operation => operation.Name, operation => new OperationPairs(
            [.. Enumerable.Repeat(100 * operation.Ratio, 8)], [.. Enumerable.Repeat(100.0, 8)], [], [])),
    };

    private static ClaimContract Contract(ClaimStatistic statistic, params (string Name, double Weight)[] operations) => new(
        "ER-1", "Lead queries 95% faster", "d", "C", statistic,
            [.. operations.Select(operation => new ClaimedOperation(operation.Name, operation.Weight))], "n");

    private static Proof Empty => new(
        DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1), "prove", "machine", 20_000, 42, false, Comparing.Sample.Facts("4MB"),
        Comparing.Sample.Facts("4MB"), []);

    private static string Text(ProvenClaim claim) => ProofText.Of(Empty with { Claims = [claim] });
}
