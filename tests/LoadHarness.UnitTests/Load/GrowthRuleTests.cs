using LoadHarness.Load.Scheduling;

namespace LoadHarness.UnitTests.Load;

public sealed class GrowthRuleTests
{
    private readonly GrowthRule _rule = new();

    [Fact]
    public void A_queue_that_nobody_takes_from_grows_threads_for_all_that_waits()
    {
        _rule.Begin(waiting: 1, taken: 0);

        Assert.Equal(20, _rule.Look(waiting: 20, taken: 0, threads: 30));
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

        Assert.Equal(0, _rule.Look(waiting: 300, taken: 700, threads: 3));
        Assert.Equal(0, _rule.Look(waiting: 0, taken: 1000, threads: 3));
    }

    [Fact]
    public void A_queue_that_moves_slower_than_it_fills_grows_threads_by_what_stays_behind()
    {
        _rule.Begin(waiting: 40, taken: 0);

        Assert.Equal(30, _rule.Look(waiting: 40, taken: 10, threads: 100));
    }
}
