using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

public sealed class ClosedScheduleTests
{
    [Fact]
    public async Task KeepConstant_starts_each_user_again_when_its_response_came() =>
        Assert.Equal([0, 0, 0.4, 0.4, 0.8, 0.8], await StartsOf(0.4, Simulation.KeepConstant(2, Seconds(1))));

    [Fact]
    public async Task RampingConstant_adds_users_in_a_straight_line() =>
        Assert.Equal([0, 1, 2, 3], await StartsOf(10, Simulation.RampingConstant(4, Seconds(4))));

    [Fact]
    public async Task RampingConstant_takes_users_away_in_a_straight_line() =>
        Assert.Equal(
            [0, 0, 1, 1, 2, 2, 3, 3, 4, 5],
            (await StartsOf(1, Simulation.KeepConstant(2, Seconds(2)), Simulation.RampingConstant(0, Seconds(4)))).Order());

    [Fact]
    public async Task Users_go_on_from_one_simulation_to_the_next() =>
        Assert.Equal([0, 0.75, 1, 1.5, 1.75],
            (await StartsOf(0.75, Simulation.KeepConstant(1, Seconds(1)), Simulation.KeepConstant(2, Seconds(1)))).Order());

    [Fact]
    public async Task IterationsForConstant_shares_its_iterations_and_ends_with_the_last()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Seconds(1))
            .WithLoadSimulations(Simulation.IterationsForConstant(3, 7), Simulation.Pause(Seconds(1)),
            Simulation.Inject(1, Seconds(1), Seconds(1))));

        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 4], run.Starts);
        Assert.Equal(8, result.Accounting.Completed);
    }

    [Fact]
    public async Task A_thinking_user_starts_so_long_after_its_response()
    {
        var run = new VirtualRun();

        await run.Play(run.Scenario(Seconds(0.5)).WithThinkTime(Seconds(1)).WithLoadSimulations(Simulation.KeepConstant(1, Seconds(5))));

        Assert.Equal([0, 1.5, 3, 4.5], run.Starts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_whose_pause_or_pace_is_zero_starts_when_its_response_came(bool isPaced)
    {
        var run = new VirtualRun();
        var scenario = run.Scenario(Seconds(0.5)).WithLoadSimulations(Simulation.KeepConstant(1, Seconds(2)));

        await run.Play(isPaced ? scenario.WithPacing(TimeSpan.Zero) : scenario.WithThinkTime(TimeSpan.Zero));

        Assert.Equal([0, 0.5, 1, 1.5], run.Starts);
    }

    [Fact]
    public async Task Paced_users_keep_a_schedule_of_their_own_spread_over_the_pace()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Seconds(0.3)).WithPacing(Seconds(1))
            .WithLoadSimulations(Simulation.KeepConstant(2, Seconds(3))));

        Assert.Equal([0, 0.5, 1, 1.5, 2, 2.5], run.Starts);
        Assert.Equal(2, result.Operations[0].OfferedPerSecond);
    }

    [Fact]
    public async Task A_slow_response_makes_the_next_paced_starts_late_and_counts_against_them()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(at => at == 0 ? Seconds(2.5) : TimeSpan.Zero).WithPacing(Seconds(1))
            .WithLoadSimulations(Simulation.KeepConstant(1, Seconds(4))));

        Assert.Equal([0, 2.5, 2.5, 3], run.Starts);
        Assert.Equal(1500, result.Operations[0].Lag.Maximum!.Value.TotalMilliseconds, 1.5);
        Assert.Equal(500, result.Operations[0].Response.P50!.Value.TotalMilliseconds, 0.5);
    }

    [Fact]
    public async Task Paced_starts_that_were_never_come_to_are_counted_as_skipped()
    {
        var run = new VirtualRun { Options = new() { DrainTime = Seconds(3) } };

        var result = await run.Play(run.Scenario(Seconds(2)).WithPacing(Seconds(1))
            .WithLoadSimulations(Simulation.KeepConstant(1, Seconds(10))));

        Assert.Equal(10, result.Accounting.Scheduled);
        Assert.True(result.Accounting.Skipped > 0);
        Assert.True(result.Accounting.Balances);
    }

    [Fact]
    public async Task An_unpaced_closed_model_offers_nothing_and_has_no_lag()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Seconds(0.1)).WithLoadSimulations(Simulation.KeepConstant(3, Seconds(2))));

        Assert.Equal(LoadModel.Closed, result.Model);
        Assert.Null(result.Operations[0].OfferedPerSecond);
        Assert.Equal(0, result.Operations[0].Lag.Count);
        Assert.All(result.Timeline, second => Assert.Equal((null, null), (second.Offered, second.LagP99)));
        Assert.Equal(30, result.Operations[0].ThroughputPerSecond, 3);
    }

    private static async Task<IReadOnlyList<double>> StartsOf(double service, params LoadSimulation[] simulations)
    {
        var run = new VirtualRun();
        var result = await run.Play(run.Scenario(Seconds(service)).WithLoadSimulations(simulations));
        Assert.True(result.Accounting.Balances);
        Assert.Equal(run.Starts.Count, result.Accounting.Completed);
        return run.Starts;
    }
}
