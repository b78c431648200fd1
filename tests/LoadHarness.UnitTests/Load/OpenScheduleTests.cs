using CsCheck;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

public sealed class OpenScheduleTests
{
    private static readonly TimeSpan OneSecond = Seconds(1);

    [Fact]
    public async Task Inject_starts_evenly_from_the_first_moment() =>
        Assert.Equal([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75], await StartsOf(Simulation.Inject(4, OneSecond, Seconds(2))));

    [Fact]
    public async Task A_rate_below_one_waits_whole_seconds_between_arrivals() =>
        Assert.Equal([0, 5, 10, 15], await StartsOf(Simulation.Inject(0.2, OneSecond, Seconds(20))));

    [Fact]
    public async Task An_interval_of_a_minute_spreads_its_arrivals_over_the_minute() =>
        Assert.Equal([0, 20, 40], await StartsOf(Simulation.Inject(3, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1))));

    [Fact]
    public async Task A_ramp_reaches_its_k_th_arrival_when_the_area_under_the_rate_is_k()
    {
        var starts = await StartsOf(Simulation.RampingInject(10, OneSecond, Seconds(10)));

        Assert.Equal(50, starts.Count);
        Assert.All(starts.Select((at, k) => (at, k)), s => Assert.Equal(Math.Sqrt(2 * s.k), s.at, 1e-8));
    }

    [Fact]
    public async Task A_ramp_down_continues_from_the_rate_before()
    {
        var starts = await StartsOf(Simulation.Inject(10, OneSecond, Seconds(1)), Simulation.RampingInject(0, OneSecond, Seconds(10)));

        Assert.Equal(10 + 50, starts.Count);
        Assert.All(starts.Skip(10).Select((at, k) => (at, k)), s => Assert.Equal(1 + 10 - Math.Sqrt(100 - (2 * s.k)), s.at, 1e-8));
    }

    [Fact]
    public async Task Fractions_of_an_arrival_are_carried_from_one_stretch_to_the_next()
    {
        var stretch = Simulation.Inject(2.5, OneSecond, OneSecond);

        var starts = await StartsOf([.. Enumerable.Repeat(stretch, 8)]);

        Assert.Equal(Enumerable.Range(0, 20).Select(k => k * 0.4), starts, (a, b) => Math.Abs(a - b) < 1e-8);
    }

    [Fact]
    public void The_arrivals_of_any_stretches_are_the_integral_of_their_rates() =>
        Gen.Select(Gen.Double[0, 20], Gen.Int[100, 3000], (rate, ms) => Simulation.RampingInject(rate, OneSecond, Milliseconds(ms)))
            .Array[1, 8].Sample(
            stretches =>
            {
                var (integral, rate) = (0.0, 0.0);
                foreach (var stretch in stretches.Cast<RateSimulation>())
                {
                    integral += (rate + stretch.ToPerSecond) / 2 * stretch.During.TotalSeconds;
                    rate = stretch.ToPerSecond;
                }

                return Math.Abs(StartsOf(stretches).GetAwaiter().GetResult().Count - integral) < 1.0001;
            },
            iter: 100);

    [Fact]
    public async Task IterationsForInject_makes_exactly_so_many() =>
        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4], await StartsOf(Simulation.IterationsForInject(10, OneSecond, 5)));

    [Fact]
    public async Task A_simulation_begins_when_the_one_before_has_used_up_its_time() =>
        Assert.Equal(
            [0, 0.5, 4, 5, 6, 6.25],
            await StartsOf(
                Simulation.Inject(2, OneSecond, Seconds(1)),
                Simulation.Pause(Seconds(3)),
                Simulation.IterationsForInject(1, OneSecond, 2),
                Simulation.Inject(4, OneSecond, Seconds(0.5))));

    [Fact]
    public async Task InjectRandom_stays_between_its_rates_in_every_interval_and_repeats_with_its_seed()
    {
        var simulation = Simulation.InjectRandom(10, 20, OneSecond, Seconds(30));

        var starts = await StartsOf(simulation);

        var perSecond = starts.GroupBy(s => (int)s).Select(g => g.Count()).ToList();
        Assert.Equal(30, perSecond.Count);
        Assert.All(perSecond, n => Assert.InRange(n, 10, 21));
        Assert.True(perSecond.Distinct().Count() > 3);
        Assert.Equal(starts, await StartsOf(simulation));
    }

    [Fact]
    public async Task A_ramp_after_InjectRandom_continues_from_the_last_rate_that_was_drawn()
    {
        var starts = await StartsOf(
            Simulation.InjectRandom(1, 1_000, OneSecond, Seconds(5)), Simulation.RampingInject(0, OneSecond, Seconds(10)));

        // Ten seconds of half of it; an arrival more or less in the last interval is five of the ramp.
        var last = starts.Count(start => start is >= 4 and < 5);
        Assert.InRange(starts.Count(start => start >= 5), (5 * last) - 7, (5 * last) + 7);
    }

    [Fact]
    public async Task Poisson_arrivals_have_exponential_gaps_and_repeat_with_their_seed()
    {
        var simulation = Simulation.Inject(100, OneSecond, Seconds(100), Arrivals.Poisson);

        var starts = await StartsOf(simulation);

        // Standard error of the mean gap is 1%, of the share beyond the mean 0.5%: five of each.
        var gaps = starts.Zip(starts.Skip(1), (a, b) => b - a).ToList();
        Assert.InRange(gaps.Average(), 0.0095, 0.0105);
        Assert.InRange(gaps.Count(g => g > 0.01) / (double)gaps.Count, Math.Exp(-1) - 0.025, Math.Exp(-1) + 0.025);
        Assert.Equal(starts, await StartsOf(simulation));
    }

    [Fact]
    public async Task Another_seed_gives_other_random_arrivals()
    {
        var simulation = Simulation.Inject(100, OneSecond, Seconds(1), Arrivals.Poisson);
        var other = new VirtualRun { Options = new() { Seed = 8 } };

        await other.Play(other.Scenario(TimeSpan.Zero).WithLoadSimulations(simulation));

        Assert.NotEqual(other.Starts, await StartsOf(simulation));
    }

    [Fact]
    public async Task An_hour_of_arrivals_does_not_drift()
    {
        var starts = await StartsOf(Simulation.Inject(7, OneSecond, TimeSpan.FromHours(1)));

        Assert.Equal(7 * 3600, starts.Count);
        Assert.All(starts.Select((at, k) => (at, k)), s => Assert.Equal(s.k / 7.0, s.at, 1e-8));
    }

    [Fact]
    public async Task Slow_responses_do_not_hold_back_arrivals()
    {
        var run = new VirtualRun();

        await run.Play(run.Scenario(Seconds(3)).WithLoadSimulations(Simulation.Inject(10, OneSecond, Seconds(2))));

        Assert.Equal(Enumerable.Range(0, 20).Select(k => k / 10.0), run.Starts);
    }

    private static async Task<IReadOnlyList<double>> StartsOf(params LoadSimulation[] simulations)
    {
        var run = new VirtualRun();
        var result = await run.Play(run.Scenario(Milliseconds(1)).WithLoadSimulations(simulations));
        Assert.Equal(run.Starts.Count, result.Accounting.Completed);
        Assert.True(result.Accounting.Balances);
        return run.Starts;
    }
}
