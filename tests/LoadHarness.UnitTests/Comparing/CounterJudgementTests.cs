using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class CounterJudgementTests
{
    [Theory]
    [InlineData(100, 100, 101.9, 101.9, false)]
    [InlineData(100, 100, 102.6, 102.6, true)]
    // The arms' own passes differ by 4 blocks: 10 more are no change yet, 14 are.
    [InlineData(98, 102, 108, 112, false)]
    [InlineData(98, 102, 112, 116, true)]
    // A look into a catalog now and then.
    [InlineData(3, 3, 3.4, 3.4, false)]
    [InlineData(0, 0, 8, 8, true)]
    public void A_change_is_named_above_two_percent_and_three_times_the_spread(double a1, double a2, double b1, double b2, bool named)
    {
        var changes = CounterJudgement.Compare(Passes(a1, a2), Passes(b1, b2));
        Assert.Equal(named, changes.Count == 1);
    }

    [Fact]
    public void The_change_says_which_counter_of_which_operation_and_statement()
    {
        var change = Assert.Single(CounterJudgement.Compare(Passes(10, 10), Passes(30, 30)));
        Assert.Equal(("segmentation/count", CounterNames.Blocks, 3.0, "select 1"),
            (change.Operation, change.Counter, change.Ratio, change.Statement));
        Assert.True(change.IsWorse);
    }

    /// <summary>One that touched more blocks and wrote more WAL was told as two.</summary>
    [Fact]
    public void An_operation_that_changed_by_several_counters_is_told_as_one()
    {
        var blocks = Sample.Blocks("segmentation/count", 10, 30);

        Assert.Equal("1 operation changed", CounterJudgement.Words([blocks, blocks with { Counter = CounterNames.WalBytes }]));
        Assert.Equal("2 operations changed", CounterJudgement.Words([blocks, Sample.Blocks("lead-queries/tag_filter", 10, 30)]));
    }

    private static (IReadOnlyList<OperationCounters>, IReadOnlyList<OperationCounters>) Passes(double first, double second) =>
        ([Sample.Counters("segmentation/count", first)], [Sample.Counters("segmentation/count", second)]);
}
