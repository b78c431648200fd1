using LoadHarness.Comparing.Times;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>One moment in which the machine stands still leaves no figure out for good, and hides nothing that one arm does.</summary>
public sealed class FreshPairsTests
{
    private static readonly SlotMetric Page = new("reads/page", "mean");

    private readonly ScenarioPairs _pairs = new("reads");

    [Fact]
    public void A_pair_that_both_arms_lost_is_taken_again()
    {
        var fresh = Add(new(_pairs, 4), (60, 60), (9, 9), (60, 60), (60, 60));
        Assert.Equal((1, 1, 0), (fresh.Missing, fresh.TakenAgain, _pairs.Count));

        Add(fresh, (60, 60));
        Assert.Equal((0, 1, 4), (fresh.Missing, fresh.TakenAgain, _pairs.Count));
        Assert.Contains(Page, _pairs.Metrics);
        Assert.Empty(_pairs.NotCompared([Page]));
    }

    [Fact]
    public void So_is_one_that_is_lost_the_second_time()
    {
        var fresh = Add(new(_pairs, 4), (60, 60), (9, 9), (60, 60), (60, 60), (3, 3));
        Assert.Equal((1, 2), (fresh.Missing, fresh.TakenAgain));
    }

    [Theory]
    [InlineData(60, 9)]
    [InlineData(9, 60)]
    // Half as many calls, and figures enough.
    [InlineData(25, 25)]
    // A call failed: to take the pair again would hide it.
    [InlineData(-9, 9)]
    [InlineData(9, -9)]
    public void What_one_arm_lost_and_what_failed_counts(int a, int b)
    {
        var fresh = Add(new(_pairs, 4), (60, 60), (a, b), (60, 60), (60, 60));
        Assert.Equal((0, 0, 4), (fresh.Missing, fresh.TakenAgain, _pairs.Count));
    }

    [Fact]
    public void An_operation_that_is_rare_in_every_pair_is_no_disturbance()
    {
        Add(new(_pairs, 4), (9, 9), (8, 8), (9, 9), (3, 3));
        Assert.Equal((4, 0), (_pairs.Count, _pairs.TakenAgain));
    }

    [Fact]
    public void A_machine_that_stands_still_again_and_again_ends_the_comparison_of_what_it_lost()
    {
        while (_pairs.Count < 32)
        {
            var fresh = new FreshPairs(_pairs, 4);
            while (fresh.Missing > 1) Add(fresh, (60, 60));
            while (fresh.Missing > 0) Add(fresh, (9, 9));
        }

        Assert.Equal(FreshPairs.MostTakenAgain, _pairs.TakenAgain);
        Assert.DoesNotContain(Page, _pairs.Metrics);
        Assert.Single(_pairs.NotCompared([]));
    }

    [Fact]
    public void Each_pair_has_arguments_of_its_own()
    {
        var numbers = new List<int>();
        foreach (var look in (int[])[4, 8])
        {
            var fresh = new FreshPairs(_pairs, look - _pairs.Count);
            for (var pair = 0; fresh.Missing > 0; pair++)
            {
                numbers.Add(fresh.Number);
                Add(fresh, pair == 1 ? (9, 9) : (60, 60));
            }
        }

        Assert.Equal(Enumerable.Range(0, 10), numbers);
    }

    /// <param name="calls">On A and B in each pair; below zero: one more of them failed.</param>
    private static FreshPairs Add(FreshPairs fresh, params IReadOnlyList<(int A, int B)> calls)
    {
        foreach (var (a, b) in calls) fresh.Add(SlotOf(a), SlotOf(b));
        return fresh;
    }

    private static Slot SlotOf(int calls) => SampleSlot.Of("reads", "page", calls, TimeSpan.Zero);
}
