using LoadHarness.Comparing.Proving;

namespace LoadHarness.UnitTests.Proving;

public sealed class MeasuredPairsTests
{
    [Fact]
    public void Blocks_are_those_of_the_calls_that_were_timed()
    {
        var measured = MeasuredPairs.Of([(Turn(1, 100), Turn(10, 1_000)), (Turn(1.2, 100), Turn(11, 1_100))], calls: 3);

        Assert.Equal([1, 1.2], measured.Pairs.Optimized);
        Assert.Equal((3, 100d, 1_050d), (measured.Pairs.Calls, measured.Blocks!.Optimized, measured.Blocks.Careful));
        Assert.Equal(6, measured.Blocks.Calls);
        Assert.Equal([100, 100], measured.Blocks.OptimizedBatches);
        Assert.Equal([1_000, 1_100], measured.Blocks.CarefulBatches);
        Assert.Equal(100 / 1_050d, measured.Blocks.Spread, 9);
    }

    [Fact]
    public void What_was_not_counted_has_no_blocks() =>
        Assert.Null(MeasuredPairs.Of([(Turn(1, null), Turn(10, null))], calls: 1).Blocks);

    private static Turn Turn(double milliseconds, double? blocks) => new(milliseconds, milliseconds, 3, null) { Blocks = blocks };
}
