using LoadHarness.Load.Clocks;

namespace LoadHarness.UnitTests.Load;

public sealed class WakeUpDelayTests
{
    private const long Sleep = 10_000_000;

    [Fact]
    public void It_learns_the_median_and_a_hiccup_of_the_host_does_not_move_it()
    {
        var delay = new WakeUpDelay();
        var random = new Random(1);

        for (var i = 0; i < 2000; i++) delay.Learn(Sleep, i % 50 == 0 ? 4_000_000 : random.NextInt64(60_000, 100_000));

        Assert.InRange(delay.Typical(Sleep), 65_000, 95_000);
    }

    [Fact]
    public void Another_length_of_sleep_has_a_delay_of_its_own()
    {
        var delay = new WakeUpDelay();
        var before = delay.Typical(Sleep / 100);

        for (var i = 0; i < 200; i++) delay.Learn(Sleep, 90_000);

        Assert.Equal(before, delay.Typical(Sleep / 100));
        Assert.NotEqual(before, delay.Typical(Sleep));
    }

    [Fact]
    public void A_machine_that_is_always_late_does_not_make_the_waiter_spin_for_long()
    {
        var delay = new WakeUpDelay();

        for (var i = 0; i < 10_000; i++) delay.Learn(Sleep, 20_000_000);

        Assert.InRange(delay.Typical(Sleep), 100_000, 150_000);
    }
}
