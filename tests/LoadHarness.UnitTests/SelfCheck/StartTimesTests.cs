using LoadHarness.Load.SelfCheck;

namespace LoadHarness.UnitTests.SelfCheck;

/// <summary>A hundred arrivals a second for three seconds, meant to begin at 7 ms by the stub's clock.</summary>
public sealed class StartTimesTests
{
    private const double Rate = 100;
    private const long Beginning = 7_000_000;
    private const long Between = 10_000_000;

    [Fact]
    public void Starts_on_the_schedule_deviate_by_nothing()
    {
        var times = Times(_ => 0);

        Assert.Equal((0, 0, 0, 0), (Rounded(times.RateError), Rounded(times.WorstSecond), Rounded(times.Deviation(0.5)),
            Rounded(times.Deviation(0.99))));
    }

    [Fact]
    public void A_lateness_that_is_always_the_same_counts_in_full()
    {
        var times = Times(_ => 5_000_000);

        Assert.Equal((5, 5), (Rounded(times.Deviation(0.5)), Rounded(times.Deviation(0.99))));
        Assert.Equal(0, Rounded(times.RateError));
    }

    [Fact]
    public void An_early_start_deviates_as_a_late_one() => Assert.Equal(0.4, Rounded(Times(_ => -400_000).Deviation(0.5)));

    [Fact]
    public void Two_late_starts_in_a_hundred_show_at_the_p99_and_not_at_the_p50()
    {
        var times = Times(k => k % 50 == 0 ? 3_000_000 : 20_000);

        Assert.Equal((0.02, 3), (Rounded(times.Deviation(0.5)), Rounded(times.Deviation(0.99))));
    }

    [Fact]
    public void Arrivals_that_slip_into_the_next_second_show_in_their_own()
    {
        var times = Times(k => k is >= 90 and < 100 ? 200_000_000 : 0);

        Assert.Equal(10, Rounded(times.WorstSecond));
    }

    [Fact]
    public void The_last_arrival_a_little_late_does_not_make_a_second_of_its_own() =>
        Assert.Equal(1, Rounded(Times(k => k == 299 ? 12_000_000 : 0).WorstSecond));

    [Fact]
    public void A_clock_that_runs_slow_shows_in_the_rate() => Assert.Equal(0.2, Times(k => k * Between / 500).RateError, 0.01);

    private static StartTimes Times(Func<int, long> late) =>
        new(Rate, [.. Enumerable.Range(0, 300).Select(k => Beginning + (k * Between) + late(k))], Beginning);

    private static double Rounded(double figure) => Math.Round(figure, 6);
}
