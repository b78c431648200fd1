using System.Text.Json;
using System.Text.Json.Nodes;
using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Output;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.UnitTests.Proving;

public sealed class LevelSearchTests
{
    private const long ClaimedAt = 2_000_000;

    private static readonly Target Users = new("ER-6", "5x concurrent users", Statistic.Comparison, 5, LimitDirection.AtLeast, "x");

    [Theory]
    [InlineData(7)]
    [InlineData(93.5)]
    [InlineData(4_000)]
    public async Task The_level_that_is_found_is_within_the_precision_of_the_truth(double capacity)
    {
        var (held, tried) = await Find(capacity, precision: 1.1, step: 0);

        Assert.Equal(SearchEnd.Found, held.End);
        Assert.InRange(held.Level, capacity / 1.1, capacity);
        Assert.Equal("slow", held.Broke);
        Assert.InRange(tried, 3, 20);
    }

    [Theory]
    [InlineData(1.4, 1)]
    [InlineData(3, 3)]
    [InlineData(130.2, 119)]
    public async Task Users_are_whole(double capacity, double least)
    {
        var (held, _) = await Find(capacity, precision: 1.1, step: 1);

        Assert.Equal(Math.Round(held.Level), held.Level);
        Assert.InRange(held.Level, least, capacity);
    }

    /// <summary>At 2,000 rows an import and 8 s a level, 250 rows a second are one import.</summary>
    [Theory]
    [InlineData(5_300)]
    [InlineData(700)]
    [InlineData(260)]
    public async Task Imports_are_whole_too(double capacity)
    {
        var tried = new List<double>();
        var search = new LevelSearch(
            (level, _) =>
            {
                tried.Add(level);
                return Task.FromResult(level <= capacity ? null : new LevelFault("slow"));
            },
            new(SearchedLoad.ImportedRows, 250, 8_000, 1_000_000), 1.1, step: 250);

        var held = await search.FindAsync(8_123, null, TestContext.Current.CancellationToken);

        Assert.All(tried, level => Assert.Equal(0, level % 250));
        Assert.InRange(held.Level, capacity - 250, capacity);
        Assert.InRange(held.BrokeAt!.Value, capacity, Math.Max(held.Level + 250, held.Level * 1.1));
    }

    [Fact]
    public async Task What_breaks_at_the_least_and_what_holds_at_the_most_is_said()
    {
        Assert.Equal(SearchEnd.BelowLeast, (await Find(0.5, 1.1, step: 0)).Held.End);
        Assert.Equal(SearchEnd.AtMost, (await Find(1e9, 1.1, step: 0)).Held.End);
    }

    [Theory]
    [InlineData(90.5, 4)]
    [InlineData(95, 4)]
    // The machine holds more than before, or less: the search goes on as a first one does.
    [InlineData(500, 20)]
    [InlineData(11, 20)]
    public async Task A_later_search_begins_between_what_held_and_what_broke_before(double capacity, int most)
    {
        var tried = 0;
        var search = new LevelSearch(
            (level, _) => Task.FromResult(++tried > 0 && level > capacity ? new LevelFault("slow") : null),
            new(SearchedLoad.Requests, 1, 32, 20_000), 1.1, step: 0);

        var before = new HeldLevel(90, SearchEnd.Found, "slow") { BrokeAt = 98 };
        var held = await search.FindAsync(32, before, TestContext.Current.CancellationToken);

        Assert.InRange(held.Level, capacity / 1.1, capacity);
        Assert.InRange(held.BrokeAt!.Value, capacity, held.Level * 1.1);
        Assert.InRange(tried, 3, most);
    }

    [Fact]
    public void Five_times_the_users_are_met_and_shown_as_times_c()
    {
        var claim = Judged([Held(600), Held(620), Held(610)], [Held(100), Held(99), Held(101)]);

        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
        Assert.InRange(claim.Verdict.Figure!.Value, 6, 6.2);
        var text = ProofText.Of(LoadHarness.TestSupport.SampleCompared.Proof.Proof! with { Claims = [claim] });
        Assert.Matches(@"\| 610 users \| 100 users \| – \| – \| 6(\.\d+)? \|", text);
        Assert.Contains("what broke on baseline C above its level: slow", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_lies_between_the_level_that_held_and_the_one_that_broke_is_not_known()
    {
        IReadOnlyList<HeldLevel> Near(double level, double gap) =>
            [.. Enumerable.Range(0, 3).Select(_ => Held(level) with { BrokeAt = level * gap })];

        var sure = Judged(Near(600, 1.01), Near(100, 1.01)).Verdict;
        var coarse = Judged(Near(600, 1.4), Near(100, 1.4)).Verdict;

        Assert.Equal((VerdictKind.Met, sure.Figure), (sure.Kind, coarse.Figure));
        // A hundred may be a hundred and forty, and six times then less than five.
        Assert.Equal(VerdictKind.Inconclusive, coarse.Kind);
        Assert.True(coarse.Interval!.Low <= sure.Interval!.Low / 1.38 && coarse.Interval.High >= sure.Interval.High * 1.38);
    }

    [Fact]
    public void Fewer_users_than_c_are_worse_and_bold()
    {
        var claim = Judged([Held(50), Held(51), Held(49)], [Held(100), Held(101), Held(99)]);

        Assert.Equal(VerdictKind.Missed, claim.Verdict.Kind);
        Assert.True(claim.Operations[0].IsWorse);
    }

    [Fact]
    public void An_arm_at_the_end_of_the_search_is_never_flattered()
    {
        HeldLevel low = new(1, SearchEnd.BelowLeast, "slow"), most = new(20_000, SearchEnd.AtMost, null);

        Assert.Equal(VerdictKind.Inconclusive, Judged([low, low, low], [Held(10), Held(10), Held(10)]).Verdict.Kind);
        Assert.Equal(VerdictKind.Inconclusive, Judged([Held(9), Held(9), Held(9)], [most, most, most]).Verdict.Kind);
        var atLeast = Judged([Held(9), Held(9), Held(9)], [low, low, low]);
        Assert.Contains(atLeast.Verdict.Caveats, caveat => caveat.Contains("counts as if it held it", StringComparison.Ordinal));
        Assert.Equal(9, atLeast.Verdict.Figure!.Value, 6);
    }

    /// <summary>Published once: "missed, 2.61 times", of a C that held nothing that was tried.</summary>
    [Fact]
    public void A_baseline_that_holds_nothing_that_was_tried_makes_a_lower_bound_which_misses_nothing()
    {
        HeldLevel low = new(1, SearchEnd.BelowLeast, "slow");

        var below = Judged([Held(3), Held(3), Held(3)], [low, low, low]);
        Assert.Equal(VerdictKind.Inconclusive, below.Verdict.Kind);
        Assert.Contains("at least 3×, which is a lower bound: baseline C does not hold the least level that was tried; "
            + "lower search.least of the claim", below.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Inconclusive, Judged([Held(3), Held(3), Held(3)], [Held(1), low, Held(1)]).Verdict.Kind);
        // What is enough already stays so, and nobody reads its upper end as one.
        var enough = Judged([Held(9), Held(9), Held(9)], [low, low, low]);
        Assert.Equal(VerdictKind.Met, enough.Verdict.Kind);
        Assert.Contains(enough.Verdict.Caveats, caveat => caveat.Contains("lower bound", StringComparison.Ordinal));
        var text = ProofText.Of(LoadHarness.TestSupport.SampleCompared.Proof.Proof! with { Claims = [enough] });
        Assert.Matches(@"\| 9 users \| 1 user \| – \| – \| at least 9 \| at least [\d.]+ \|", text);
        Assert.Matches(@"\| met \| at least 9× \| at least [\d.]+× \| at least 5× \|", text);
    }

    [Fact]
    public void A_record_that_says_so_by_its_note_alone_is_judged_alike()
    {
        HeldLevel low = new(1, SearchEnd.BelowLeast, "slow");
        var claim = Judged([Held(3), Held(3), Held(3)], [low, low, low]);
        var json = JsonNode.Parse(JsonSerializer.Serialize(claim, JsonFormat.Options))!;
        json["operations"]![0]!["isLowerBound"] = false;
        var old = json.Deserialize<ProvenClaim>(JsonFormat.Options)!;

        Assert.Equal(VerdictKind.Inconclusive, Again(Kept(old), 5).Kind);
        Assert.Equal(VerdictKind.Met, Again(Kept(old), 2).Kind);
    }

    [Fact]
    public void An_optimized_arm_that_held_the_most_that_was_tried_may_hold_more_and_misses_nothing()
    {
        HeldLevel most = new(20_000, SearchEnd.AtMost, null);

        // At least 2.2 times, and the search ended before five times was reached.
        var ended = Judged([most, most, most], [Held(9_000), Held(9_000), Held(9_000)]).Verdict;
        Assert.Equal(VerdictKind.Inconclusive, ended.Kind);
        Assert.Contains("raise search.most of the claim", ended.Reason, StringComparison.Ordinal);
        Assert.Equal("at least 5×", Format.Limit(ended));
        Assert.Equal(VerdictKind.Inconclusive, Judged([Held(19_000), most, most], [Held(9_000), Held(9_000), Held(9_000)]).Verdict.Kind);
        // What is enough already stays so.
        Assert.Equal(VerdictKind.Met, Judged([most, most, most], [Held(900), Held(900), Held(900)]).Verdict.Kind);
    }

    /// <summary>Published once: "395×, 360 to 473×", of an operation that was "at least 395".</summary>
    [Fact]
    public void A_lower_bound_is_told_as_one_wherever_its_claim_is()
    {
        HeldLevel most = new(20_000, SearchEnd.AtMost, null);

        var claim = Judged([most, most, most], [Held(880), Held(900), Held(920)]);

        var (verdict, upper) = (claim.Verdict, Format.Significant(claim.Verdict.Interval!.High));
        Assert.Equal("at least 22.2×", VerdictWords.Figure(verdict));
        Assert.Matches(@"^at least [\d.]+×$", VerdictWords.Interval(verdict));
        Assert.Matches(
            @"^ER-6 met: 5x concurrent users at least 22\.2× \(at least [\d.]+\), at least 4\.4\d times the required 5×$",
            VerdictWords.Line(verdict));
        var row = ProofText.Of(Kept(claim).Proof!).Split('\n').First(line => line.StartsWith("| ER-6 |", StringComparison.Ordinal));
        Assert.DoesNotContain(upper, row, StringComparison.Ordinal);
        Assert.Equal(verdict.Figure, verdict.KnownInterval!.High);
        Assert.Equal(verdict.Figure, CheckReport.Of([verdict]).Checks[0].Known!.To);
    }

    [Fact]
    public void A_figure_that_is_a_lower_bound_misses_no_later_target_either()
    {
        HeldLevel most = new(20_000, SearchEnd.AtMost, null);
        var bound = Kept(Judged([most, most, most], [Held(900), Held(900), Held(900)]));
        var found = Kept(Judged([Held(19_000), Held(19_000), Held(19_000)], [Held(900), Held(900), Held(900)]));

        Assert.Equal(VerdictKind.Met, Again(bound, 5).Kind);
        Assert.Equal(VerdictKind.Inconclusive, Again(bound, 50).Kind);
        Assert.Contains("raise search.most of the claim", Again(bound, 50).Reason, StringComparison.Ordinal);
        Assert.Equal(ClaimedAt, Again(bound, 50).ClaimedAtContacts);
        Assert.Equal(VerdictKind.Missed, Again(found, 50).Kind);
        // And what was undecided is met by a target that the bound reaches.
        Assert.Equal(VerdictKind.Met, Again(Kept(Judged([most, most, most], [Held(9_000), Held(9_000), Held(9_000)])), 2).Kind);
    }

    [Theory]
    [InlineData(32, 7)]
    [InlineData(100, 9)]
    public async Task Levels_that_are_spoilt_twice_bound_the_search_and_what_held_below_is_found(double first, int most)
    {
        var tried = new List<double>();

        var held = await SearchAsync(level => level > 50 ? Late : null, first, before: null, tried);

        Assert.Equal((SearchEnd.SpoiltAbove, null, Late.Words), (held.End, held.BrokeAt, held.Broke));
        Assert.InRange(held.Level, 50 / 1.1, 50);
        Assert.All(tried.CountBy(level => level), level => Assert.Equal(level.Key > 50 ? 2 : 1, level.Value));
        Assert.Equal(most, tried.Count);
    }

    [Fact]
    public async Task Where_the_least_is_spoilt_nothing_is_known_and_the_next_search_begins_anew()
    {
        var tried = new List<double>();

        var held = await SearchAsync(_ => Late, first: 32, before: null, tried);
        Assert.Equal((SearchEnd.Spoilt, Late.Words), (held.End, held.Broke));
        Assert.Equal("32 32 16 16 8 8 4 4 2 2 1 1", string.Join(' ', tried));

        tried.Clear();
        await SearchAsync(_ => Late, first: 32, held, tried);
        Assert.Equal(32, tried[0]);
    }

    [Fact]
    public async Task A_level_that_is_spoilt_hides_none_that_breaks_below_and_none_that_broke_above()
    {
        var below = await SearchAsync(level => level > 90 ? Late : level > 70 ? Slow : null, first: 64);
        Assert.Equal((SearchEnd.Found, Slow.Words), (below.End, below.Broke));
        Assert.InRange(below.Level, 70 / 1.1, 70);
        Assert.InRange(below.BrokeAt!.Value, 70, below.Level * 1.1);

        var above = await SearchAsync(level => level > 80 ? Slow : level > 50 ? Late : null, first: 100);
        Assert.Equal((SearchEnd.SpoiltAbove, 50d, (double?)100), (above.End, above.Level, above.BrokeAt));
    }

    [Fact]
    public async Task A_level_that_was_spoilt_once_is_tried_again()
    {
        var spoilt = 0;

        var held = await SearchAsync(level => level > 100 ? Slow : level >= 60 && spoilt++ == 0 ? Late : null, first: 32);

        Assert.Equal(SearchEnd.Found, held.End);
        Assert.InRange(held.Level, 100 / 1.1, 100);
    }

    [Fact]
    public void A_search_that_was_spoilt_leaves_a_claim_undecided_that_its_bound_does_not_decide_and_says_why()
    {
        var spoilt = SpoiltAbove(4);

        foreach (var claim in (ProvenClaim[])
            [
                Judged([spoilt, Held(4), Held(4)], [Held(1), Held(1), Held(1)]),
                Judged([Held(90), Held(90), Held(90)], [Held(4), spoilt, Held(4)]),
                Judged([Held(9), spoilt with { End = SearchEnd.Spoilt }, Held(9)], [Held(1), Held(1), Held(1)]),
            ])
        {
            Assert.Equal(VerdictKind.Inconclusive, claim.Verdict.Kind);
            Assert.Contains("the hypervisor took 30.0%", claim.Verdict.Reason, StringComparison.Ordinal);
            Assert.Equal("at least 5×", Format.Limit(claim.Verdict));
        }
    }

    [Fact]
    public void What_held_below_a_spoilt_level_meets_a_claim_that_it_reaches_and_misses_none()
    {
        var claim = Judged([SpoiltAbove(9), Held(9), Held(9)], [Held(1), Held(1), Held(1)]);

        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
        Assert.Equal("at least 9×", VerdictWords.Figure(claim.Verdict));
        Assert.Contains(
            "what came above a level of the optimized schema was spoilt: mix: the hypervisor took 30.0% of the CPU time",
            claim.Verdict.Caveats);
        var stricter = Again(Kept(claim), 50);
        Assert.Equal(VerdictKind.Inconclusive, stricter.Kind);
        Assert.Contains("the hypervisor took 30.0%", stricter.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_broke_above_a_spoilt_level_of_C_bounds_it()
    {
        var careful = SpoiltAbove(1) with { BrokeAt = 2 };

        Assert.Equal(VerdictKind.Met, Judged([Held(30), Held(30), Held(30)], [careful, careful, careful]).Verdict.Kind);
        // Nine times what C held may be four and a half times what it holds.
        Assert.Equal(VerdictKind.Inconclusive, Judged([Held(9), Held(9), Held(9)], [careful, careful, careful]).Verdict.Kind);
    }

    [Fact]
    public async Task One_stall_of_the_machine_breaks_no_level()
    {
        var stalled = false;
        var search = new LevelSearch(
            (level, _) =>
            {
                if (stalled || level < 60) return Task.FromResult(level <= 100 ? null : new LevelFault("slow"));
                stalled = true;
                return Task.FromResult<LevelFault?>(new("stalled"));
            },
            new(SearchedLoad.Requests, 1, 32, 20_000), 1.1, 0);

        Assert.InRange((await search.FindAsync(32, null, TestContext.Current.CancellationToken)).Level, 90, 100);
    }

    private static LevelFault Late { get; } = new("the generator was late", IsSpoilt: true);

    private static LevelFault Slow { get; } = new("slow");

    private static HeldLevel SpoiltAbove(double level) =>
        new(level, SearchEnd.SpoiltAbove, "mix: the hypervisor took 30.0% of the CPU time");

    /// <param name="broke">What happens at a level; null where it holds.</param>
    /// <param name="tried">Gets the levels in their order.</param>
    private static Task<HeldLevel> SearchAsync(
        Func<double, LevelFault?> broke, double first, HeldLevel? before = null, List<double>? tried = null)
    {
        var search = new LevelSearch(
            (level, _) =>
            {
                tried?.Add(level);
                return Task.FromResult(broke(level));
            },
            new(SearchedLoad.Requests, 1, 32, 20_000), 1.1, step: 0);
        return search.FindAsync(first, before, TestContext.Current.CancellationToken);
    }

    private static RunResult Kept(ProvenClaim claim) => LoadHarness.TestSupport.SampleCompared.Proof with
    {
        Proof = LoadHarness.TestSupport.SampleCompared.Proof.Proof! with { Claims = [claim] },
    };

    private static Verdict Again(RunResult run, double limit) => Assert.Single(TargetJudge.Decide(run, [Users with { Limit = limit }]));

    private static HeldLevel Held(double level) => new(level, SearchEnd.Found, "slow");

    private static ProvenClaim Judged(IReadOnlyList<HeldLevel> optimized, IReadOnlyList<HeldLevel> careful) => ClaimJudge.Decide(
        new("ER-6", "5x concurrent users", "d", "C", ClaimStatistic.BoundedSearch, [new("lead-queries/email_lookup", 1)], "n",
            Search: new(SearchedLoad.Users, 1, 32, 20_000)),
        Users,
        new()
        {
            Searches = new Dictionary<string, SearchedLevels> { ["ER-6"] = new("users of the mix", "users", optimized, careful) },
        });

    private static async Task<(HeldLevel Held, int Tried)> Find(double capacity, double precision, double step)
    {
        var tried = 0;
        var search = new LevelSearch(
            (level, _) =>
            {
                tried++;
                return Task.FromResult(level <= capacity ? null : new LevelFault("slow"));
            },
            new(SearchedLoad.Requests, 1, 32, 20_000), precision, step);
        return (await search.FindAsync(32, null, TestContext.Current.CancellationToken), tried);
    }
}
