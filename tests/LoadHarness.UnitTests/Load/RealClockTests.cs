using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>
/// What a virtual clock cannot show: threads that hand over to each other. Nothing here depends on how fast the machine is.
/// </summary>
public sealed class RealClockTests
{
    [Fact]
    public async Task Iterations_that_block_their_threads_keep_no_arrival_from_being_run()
    {
        var (inside, most) = (0, 0);
        var scenario = Scenario.Create("s", _ =>
        {
            var now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            SpinWait.SpinUntil(() => Volatile.Read(ref most) > 3, TimeSpan.FromSeconds(10));
            Interlocked.Decrement(ref inside);
            return Response.OkTask();
        });

        var result = await Play(scenario.WithLoadSimulations(Simulation.Inject(200, Seconds(1), Seconds(1))));

        Assert.Equal(new Accounting(200, 200, 0, 0, 0), result.Accounting);
        Assert.True(most > 3, $"{most} at once");
    }

    [Fact]
    public async Task Every_arrival_is_run_once_however_threads_take_turns()
    {
        var runs = new int[5000];
        var scenario = Scenario.Create("s", async context =>
        {
            Interlocked.Increment(ref runs[context.InvocationNumber]);
            if (context.InvocationNumber % 3 == 0) await Task.Yield();
            return Response.Ok();
        });

        var result = await Play(scenario.WithLoadSimulations(Simulation.Inject(4000, Seconds(1), Seconds(1), Arrivals.Poisson)));

        Assert.Equal(result.Accounting.Scheduled, runs.Sum());
        Assert.All(runs.Take((int)result.Accounting.Scheduled), count => Assert.Equal(1, count));
        Assert.True(result.Accounting.Balances);
        Assert.Equal(result.Accounting.Scheduled, result.Accounting.Completed);
    }

    [Fact]
    public async Task Response_time_never_leaves_out_the_lateness_of_a_start()
    {
        var result = await Play(Scenario.Create("s", _ => Response.OkTask())
            .WithLoadSimulations(Simulation.Inject(300, Seconds(1), Seconds(1))));

        Assert.Equal(300, result.Operations[0].Lag.Count);
        Assert.True(result.Operations[0].Response.Mean >= result.Operations[0].Lag.Mean);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task A_pause_is_never_shorter_than_asked(double milliseconds)
    {
        using var clock = new SystemLoadClock();
        for (var i = 0; i < 20; i++)
        {
            var begun = clock.Now;
            await clock.Delay(TimeSpan.FromMilliseconds(milliseconds), TestContext.Current.CancellationToken);
            Assert.True(clock.Now - begun >= milliseconds * 1_000_000);
        }
    }

    private static async Task<ScenarioResult> Play(ScenarioProps scenario)
    {
        using var clock = new SystemLoadClock();
        return (await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync([scenario], null, TestContext.Current.CancellationToken))[0];
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = Volatile.Read(ref most); now > seen;)
        {
            var before = Interlocked.CompareExchange(ref most, now, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
