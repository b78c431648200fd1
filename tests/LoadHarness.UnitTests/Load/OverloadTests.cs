using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>A server that does 100 requests a second, offered 300.</summary>
public sealed class OverloadTests
{
    private double _freeAt;

    [Fact]
    public async Task Throughput_is_what_was_completed_over_real_time_and_the_rest_is_counted()
    {
        var run = new VirtualRun { Options = new() { DrainTime = Seconds(5) } };

        var result = await run.Play(run.Scenario(Queue).WithMaxInFlight(200)
            .WithLoadSimulations(Simulation.Inject(300, Seconds(1), Seconds(20))));

        var accounting = result.Accounting;
        Assert.Equal(6000, accounting.Scheduled);
        Assert.Equal(result.Measured.TotalSeconds * 100, accounting.Completed, 2.0);
        Assert.Equal(100, result.Operations[0].ThroughputPerSecond, 0.2);
        Assert.Equal(300, result.Operations[0].OfferedPerSecond!.Value, 0.001);
        Assert.Equal(6000 - accounting.Completed, accounting.Skipped);
        Assert.True(accounting.Balances);
    }

    [Fact]
    public async Task No_more_requests_are_held_than_may_be_in_flight()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Queue).WithMaxInFlight(50)
            .WithLoadSimulations(Simulation.Inject(300, Seconds(1), Seconds(10))));

        Assert.Equal(50, result.Users);
        Assert.All(result.Timeline, s => Assert.InRange(s.InFlight, 0, 50));
    }

    [Fact]
    public async Task What_a_server_never_answers_is_in_flight_when_the_run_gives_up()
    {
        var run = new VirtualRun { Options = new() { DrainTime = Seconds(2) } };
        var never = new TaskCompletionSource<IResponse>();
        var scenario = Scenario.Create("s", c => c.InvocationNumber < 90 ? Response.OkTask() : never.Task);

        var result = await run.Play(scenario.WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(10))));

        Assert.Equal(90, result.Accounting.Completed);
        Assert.Equal(10, result.Accounting.InFlight);
        Assert.True(result.Accounting.Balances);
    }

    private TimeSpan Queue(double at)
    {
        _freeAt = Math.Max(_freeAt, at) + 0.01;
        return Seconds(_freeAt - at);
    }
}
