using LoadHarness.Scenarios.Answers;

namespace LoadHarness.UnitTests.Seeding;

public sealed class SampleTests
{
    [Theory]
    [InlineData(250, 100, 2)]
    [InlineData(200, 100, 2)]
    [InlineData(40_001, 100, 400)]
    [InlineData(2_000_000, 100, 400)]
    [InlineData(11, 10, 1)]
    public void Blocks_of_a_sample_lie_in_the_workspace_and_no_two_overlap(long leads, long rows, long blocks)
    {
        var firsts = SeededAnswers.FirstsOf(leads, rows, blocks).ToList();

        Assert.Equal(blocks, firsts.Count);
        Assert.All(firsts, first => Assert.InRange(first, 1, leads - rows + 1));
        Assert.All(firsts.Zip(firsts.Skip(1)), pair => Assert.True(pair.Second - pair.First >= rows));
    }
}
