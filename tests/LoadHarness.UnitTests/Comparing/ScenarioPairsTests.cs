using LoadHarness.Comparing.Times;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>What one arm alone has a figure of never passes for the same; what both lack by chance keeps no gate from its end.</summary>
public sealed class ScenarioPairsTests
{
    private static readonly SlotMetric Page = new("reads/page", "mean");

    [Fact]
    public void An_operation_that_is_too_slow_on_b_for_a_figure_is_undecided_and_named()
    {
        var pairs = Pairs("A", "A", "A", "A");
        Assert.Empty(pairs.Metrics);
        var reason = Assert.Single(pairs.OneSided([]));
        Assert.Equal(
            "reads/page mean: A has a figure in 4 of 4 pairs, B in 0. B had too few calls in a slot, or some that failed.", reason);
        Assert.False((Sample.Comparison with { Undecided = [reason] }).IsDecided);
    }

    [Fact]
    public void So_is_one_that_a_lacks() => Assert.StartsWith(
        "reads/page mean: A has a figure in 0 of 4 pairs, B in 4. A had too few",
        Assert.Single(Pairs("B", "B", "B", "B").OneSided([])), StringComparison.Ordinal);

    [Fact]
    public void A_figure_that_one_arm_has_in_nearly_all_pairs_and_the_other_in_nearly_none_is_undecided() =>
        Assert.Single(Pairs("A", "A", "A", "AB", "A", "A", "", "A").OneSided([]));

    [Fact]
    public void A_rare_operation_that_both_arms_have_by_chance_or_not_at_all_is_left_out()
    {
        Assert.Empty(Pairs("", "", "", "").OneSided([]));
        Assert.Empty(Pairs("A", "B", "AB", "").OneSided([]));
        Assert.Empty(Pairs("A", "A", "AB", "A").OneSided([]));
        Assert.Empty(Pairs("A", "A", "AB", "A", "AB", "", "AB", "A").OneSided([]));
    }

    /// <summary>19 calls in one slot and 21 in the next: each slot of either arm has its figure by the toss of a coin.</summary>
    [Fact]
    public void Identical_arms_around_the_fewest_calls_are_hardly_ever_undecided()
    {
        var random = new Random(7);
        int Undecided(int count) => Enumerable.Range(0, 2_000).Count(_ => Pairs([.. Enumerable.Range(0, count).Select(_ =>
            $"{(random.Next(2) == 0 ? "A" : "")}{(random.Next(2) == 0 ? "B" : "")}")]).OneSided([]).Any());
        // Of 4 pairs by chance 2 in 256.
        Assert.InRange(Undecided(4), 0, 40);
        Assert.InRange(Undecided(8), 0, 15);
        Assert.Equal(0, Undecided(32));
    }

    [Fact]
    public void What_all_slots_had_is_compared_and_what_was_decided_before_stays_so()
    {
        Assert.Empty(Pairs("AB", "AB", "AB", "AB").OneSided([]));
        Assert.Empty(Pairs("A", "A", "A", "A").OneSided([Page]));
    }

    [Fact]
    public void An_operation_that_failed_on_one_arm_alone_is_undecided_however_seldom()
    {
        Assert.Equal("reads/page mean: calls failed in 1 of 4 slots of B alone.", Undecided([(40, 40), (40, 40), (40, 40), (40, -40)]));
        Assert.Equal("reads/page mean: calls failed in 2 of 4 slots of A alone.", Undecided([(-40, 40), (40, 40), (-40, 40), (40, 40)]));
    }

    [Fact]
    public void One_that_failed_on_both_arms_is_undecided_however_much_more_on_b()
    {
        Assert.Equal(
            "reads/page mean: calls failed in 1 of 4 slots of A and 1 of B.", Undecided([(40, 40), (-40, 40), (40, 40), (40, -40)]));
        Assert.Equal(
            "reads/page mean: calls failed in 1 of 4 slots of A and 4 of B.", Undecided([(-40, -40), (40, -40), (40, -40), (40, -40)]));
    }

    /// <summary>No slot has a figure of it, so there is no metric either.</summary>
    [Fact]
    public void One_that_failed_in_every_slot_is_undecided_in_one_sentence()
    {
        var pairs = PairsOf([(-40, -40), (-40, -40), (-40, -40), (-40, -40)]);
        Assert.Empty(pairs.Metrics);
        Assert.Equal("reads/page: calls failed in 4 of 4 slots of A and 4 of B.", Assert.Single(pairs.OneSided([])));
        // Too rare on A for a figure: its slots say nothing.
        Assert.Equal("reads/page: calls failed in 4 of 4 slots of B alone.", Undecided([(9, -40), (9, -40), (9, -40), (9, -40)]));
    }

    [Fact]
    public void One_that_failed_after_it_was_decided_stays_decided()
    {
        var pairs = PairsOf([(40, 40), (40, 40), (40, 40), (40, 40), (-40, -40)]);
        Assert.Empty(pairs.OneSided([Page, Page with { Metric = "p50" }]));
    }

    [Fact]
    public void One_that_is_slow_enough_on_b_for_a_figure_in_some_slots_alone_is_undecided_by_its_calls()
    {
        Assert.Equal(
            "reads/page mean: A had 160 calls in 4 slots, B 78, too few for a figure of each slot.",
            Undecided([(41, 19), (39, 21), (42, 19), (38, 19)]));
        // Rare on both arms alike, and rare on both arms by chance.
        Assert.Null(Undecided([(19, 21), (21, 19), (21, 21), (19, 18)]));
        Assert.Null(Undecided([(9, 1), (20, 3), (5, 2), (4, 1)]));
        // In each slot enough for a figure: it is compared.
        Assert.Null(Undecided([(100, 40), (100, 40), (100, 40), (100, 40)]));
    }

    [Fact]
    public void Cpu_time_that_cannot_be_read_on_one_arm_is_no_metric_and_leaves_nothing_undecided()
    {
        TimeSpan? two = TimeSpan.FromSeconds(2);
        foreach (var pairs in new[] { Used(two, null), Used(null, two), Used(null, null) })
        {
            Assert.Equal([Page, Page with { Metric = "p50" }], pairs.Metrics);
            Assert.Empty(pairs.OneSided([]));
        }

        Assert.Contains(new SlotMetric("reads", SlotMetric.CpuOfRequest), Used(two, two).Metrics);
        // What can be read, and is too little, is said.
        Assert.Equal(
            "reads CPU a request: A has a figure in 4 of 4 pairs, B in 0. B used too little CPU in a slot to be read.",
            Assert.Single(Used(two, TimeSpan.Zero).OneSided([])));

        static ScenarioPairs Used(TimeSpan? a, TimeSpan? b)
        {
            var pairs = new ScenarioPairs("reads");
            for (var pair = 0; pair < 4; pair++) pairs.Add(SlotOf(40, a), SlotOf(40, b));
            return pairs;
        }
    }

    /// <summary>The machine stood still in one slot: a gate ended green on what was left, without a word.</summary>
    [Fact]
    public void A_scenario_of_which_no_operation_was_compared_is_undecided_and_named()
    {
        var pairs = PairsOf([(9, 9), (40, 40), (40, 40), (40, 40)]);
        Assert.Empty(pairs.Metrics);
        Assert.Empty(pairs.OneSided([]));

        Assert.StartsWith(
            "reads: no operation has a figure in each of 4 pairs.", Assert.Single(pairs.NotCompared([])), StringComparison.Ordinal);
        Assert.Single(pairs.NotCompared([new("reads", SlotMetric.CpuOfRequest), new("reads2/page", SlotMetric.Mean)]));
        Assert.Empty(pairs.NotCompared([Page]));
        // There is a sentence of what failed.
        var failed = PairsOf([(-40, -40), (-40, -40), (-40, -40), (-40, -40)]);
        Assert.Equal(failed.OneSided([]), failed.NotCompared([]));
    }

    /// <param name="calls">On A and B in each pair, of 10 ms; below zero: one more of them failed.</param>
    /// <returns>What is said of the mean, or of the whole operation.</returns>
    private static string? Undecided(IReadOnlyList<(int A, int B)> calls) =>
        PairsOf(calls).OneSided([]).SingleOrDefault(reason => !reason.StartsWith("reads/page p50", StringComparison.Ordinal));

    /// <param name="calls">As in <see cref="Undecided"/>.</param>
    private static ScenarioPairs PairsOf(IReadOnlyList<(int A, int B)> calls)
    {
        var pairs = new ScenarioPairs("reads");
        foreach (var (a, b) in calls) pairs.Add(SlotOf(a, TimeSpan.Zero), SlotOf(b, TimeSpan.Zero));
        return pairs;
    }

    private static Slot SlotOf(int calls, TimeSpan? cpu) => SampleSlot.Of("reads", "page", calls, cpu);

    /// <param name="had">The arms that had a figure of the page in each pair.</param>
    private static ScenarioPairs Pairs(params IReadOnlyList<string> had)
    {
        var pairs = new ScenarioPairs("reads");
        foreach (var arms in had) pairs.Add(Of(arms.Contains('A')), Of(arms.Contains('B')));
        return pairs;
    }

    private static Dictionary<SlotMetric, double> Of(bool isThere) => isThere ? new() { [Page] = 2 } : [];
}
