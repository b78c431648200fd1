using LoadHarness.Load.Scheduling;

namespace LoadHarness.UnitTests.Load;

public sealed class GrowthRuleTests
{
    private readonly ThreadGrowthPolicy _rule = new();

    [Fact]
    public void A_queue_that_nobody_takes_from_grows_threads_for_all_that_waits_and_a_quarter_to_spare()
    {
        _rule.Begin(waiting: 1, taken: 0);

        Assert.Equal(20 + 10, _rule.Look(waiting: 20, taken: 0, threads: 40));
    }

    [Fact]
    public void Threads_at_most_double_from_one_look_to_the_next()
    {
        _rule.Begin(waiting: 1, taken: 0);

        Assert.Equal(3, _rule.Look(waiting: 1000, taken: 0, threads: 3));
        Assert.Equal(6, _rule.Look(waiting: 1000, taken: 3, threads: 6));
    }

    [Fact]
    public void What_came_since_the_look_before_has_not_waited_long_enough()
    {
        _rule.Begin(waiting: 1, taken: 0);

        Assert.Equal(0, _rule.Look(waiting: 50, taken: 1, threads: 3));
    }

    [Fact]
    public void A_long_queue_that_is_quickly_taken_from_needs_no_more_threads()
    {
        _rule.Begin(waiting: 1000, taken: 0);

        Assert.Equal(0, _rule.Look(waiting: 100, taken: 900, threads: 3));
        Assert.Equal(0, _rule.Look(waiting: 0, taken: 1000, threads: 3));
    }

    [Fact]
    public void A_queue_that_moves_slower_than_it_fills_grows_threads_by_what_stays_behind_and_a_quarter_to_spare()
    {
        _rule.Begin(waiting: 40, taken: 0);

        Assert.Equal(40 - 10 + 25, _rule.Look(waiting: 40, taken: 10, threads: 100));
    }
}
