using LoadHarness.Comparing.Proving;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Proving;

public sealed class LoadSearchesTests
{
    private static readonly Target Bulk = new("ER-7", "10x bulk capacity", Statistic.Comparison, 10, LimitDirection.AtLeast, "x");

    private static readonly ClaimContract Imports = new(
        "ER-7", "10x bulk capacity", "d", "C", ClaimStatistic.BoundedSearch,
        [new("bulk-import/import", 1), new("lead-queries/recent_leads", 1)],
        "n", Search: new(SearchedLoad.ImportedRows, 2_000, 8_000, 1_000_000, 10));

    [Fact]
    public void Imported_rows_are_told_by_the_hour_and_all_else_by_the_second()
    {
        IReadOnlyList<HeldLevel> held = [new(4_000, SearchEnd.Found, "slow") { BrokeAt = 5_000 }, new(2_000, SearchEnd.BelowLeast, "slow")];

        var rows = LoadSearches.Worded(SearchedLoad.ImportedRows, held, held);

        Assert.Equal("rows/h", rows.Unit);
        Assert.Equal([14_400_000d, 7_200_000d], rows.Optimized.Select(level => level.Level));
        Assert.Equal([14_400_000d, 7_200_000d], rows.Careful.Select(level => level.Level));
        Assert.Equal([18_000_000d, null], rows.Careful.Select(level => level.BrokeAt));
        Assert.Equal([SearchEnd.Found, SearchEnd.BelowLeast], rows.Careful.Select(level => level.End));
        Assert.Equal(("/s", 4_000d), Of(SearchedLoad.Requests));
        Assert.Equal(("users", 4_000d), Of(SearchedLoad.Users));

        (string Unit, double Level) Of(SearchedLoad load) =>
            LoadSearches.Worded(load, held, held) is var levels ? (levels.Unit, levels.Optimized[0].Level) : default;
    }

    [Fact]
    public async Task Rounds_that_begin_on_the_same_rows_agree_and_the_claim_is_decided()
    {
        var claim = await JudgeAsync(anew: true);

        Assert.Equal(VerdictKind.Missed, claim.Verdict.Kind);
        Assert.InRange(claim.Verdict.Interval!.High / claim.Verdict.Interval.Low, 1, 4);
    }

    /// <summary>What was measured once: 0.042 to 239 times C.</summary>
    [Fact]
    public async Task Rounds_on_what_the_ones_before_have_written_decide_nothing_and_the_claim_says_what_differs()
    {
        var claim = await JudgeAsync(anew: false);

        Assert.Equal(VerdictKind.Inconclusive, claim.Verdict.Kind);
        Assert.Contains(claim.Verdict.Caveats, caveat => caveat.Contains("those of baseline C by up to", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_level_counts_for_what_the_arm_did_there()
    {
        var levels = await SearchAsync(_ => new(new Scanned("optimized", 9_000, 0) { Slower = 0.9 }, new Scanned("C", 9_000, 0)));

        Assert.Equal(0.9, levels.Optimized[0].Level / levels.Careful[0].Level, 6);
        Assert.InRange(levels.Optimized[0].BrokeAt!.Value, 9_000 * 3_600d, 9_000 * 3_600 * 1.42);
    }

    [Fact]
    public async Task No_level_is_tried_that_offers_nothing()
    {
        var (fast, slow) = (new Scanned("optimized", 9_000, 0) { Step = 4_000 }, new Scanned("C", 100, 0) { Step = 4_000 });

        var levels = await SearchAsync(_ => new(fast, slow));

        Assert.All(levels.Careful, level => Assert.Equal((4_000 * 3_600d, SearchEnd.BelowLeast), (level.Level, level.End)));
        Assert.All(levels.Optimized, level => Assert.Equal(8_000 * 3_600d, level.Level));
    }

    [Fact]
    public async Task Every_round_gives_its_copies_back()
    {
        var (made, ended) = (0, 0);
        await SearchAsync(_ =>
        {
            made++;
            return new(new Scanned("optimized", 9_000, 0), new Scanned("C", 9_000, 0), () =>
            {
                ended++;
                return ValueTask.CompletedTask;
            });
        });
        Assert.Equal((3, 3), (made, ended));
    }

    private static async Task<ProvenClaim> JudgeAsync(bool anew)
    {
        PressedPair first = Pair();
        var levels = await SearchAsync(_ => anew ? Pair() : first);
        return ClaimJudge.Decide(Imports, Bulk, new() { Searches = new Dictionary<string, SearchedLevels> { ["ER-7"] = levels } });

        // C's lead queries read the whole table: the more rows, the less is left for imports.
        static PressedPair Pair() => new(new Scanned("optimized", 12_000, 0), new Scanned("C", 22_000, 100_000));
    }

    private static Task<SearchedLevels> SearchAsync(Func<CancellationToken, PressedPair> press) =>
        new LoadSearches(1.42, 1, SilentProgress.Instance).RunAsync(
            Imports, stop => Task.FromResult(press(stop)), TestContext.Current.CancellationToken);

    /// <param name="capacity">Rows a second on the rows that were seeded.</param>
    /// <param name="seeded">As many rows more let no import through; 0 for an arm that does not mind.</param>
    private sealed class Scanned(string name, double capacity, double seeded) : IPressedArm
    {
        private double _written;

        public double Slower { get; init; } = 1;

        public string Name => name;

        public double First => 8_000;

        public double Step { get; init; }

        public Task<LevelFault?> BrokeAsync(double level, ulong seed, CancellationToken cancellationToken)
        {
            var left = seeded == 0 ? capacity : capacity * (1 - (_written / (2 * seeded)));
            _written += level;
            return Task.FromResult(level <= left ? null : new LevelFault("recent_leads p95 642 ms"));
        }

        public double Reached(double level) => level * Slower;
    }
}
