using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>
/// Requests that never return: how they are counted, that they cost no other figure, and that they are seen while they wait.
/// </summary>
public sealed class UnansweredTests
{
    private static readonly Task<IResponse> Never = new TaskCompletionSource<IResponse>().Task;

    [Fact]
    public async Task They_are_an_error_of_their_own_kind_and_named_first()
    {
        var scenario = Scenario.Create("s", context => (context.InvocationNumber % 4) switch
        {
            0 => Never,
            1 or 2 => Task.FromResult(Response.Fail("down")),
            _ => Response.OkTask(),
        });

        var operation = (await new VirtualRun().Play(scenario.WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(4)))))
            .Operations[0];

        Assert.Equal(new Accounting(40, 10, 20, 0, 10), operation.Accounting);
        Assert.Equal([new(ErrorCount.Unanswered, 10), new("down", 20)], operation.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Throughput_is_not_diluted_by_what_was_given_up(bool obeysCancellation)
    {
        var run = new VirtualRun();
        var scenario = Scenario.Create("s", async context =>
        {
            if (context.InvocationNumber % 20 == 7) await (obeysCancellation ? context.Delay(Seconds(3600)) : Never);
            await context.Delay(Milliseconds(5));
            return Response.Ok();
        });

        var result = await run.Play(scenario.WithLoadSimulations(Simulation.Inject(100, Seconds(1), Seconds(4))));

        Assert.Equal(new Accounting(400, 380, 0, 0, 20), result.Accounting);
        Assert.Equal(95, result.Operations[0].ThroughputPerSecond, 0.2);
        Assert.InRange(result.Timeline.Count, 4, 5);
    }

    [Fact]
    public async Task Throughput_is_not_diluted_by_a_failure_that_comes_late()
    {
        var run = new VirtualRun();
        var scenario = Scenario.Create("s", async context =>
        {
            if (context.InvocationNumber != 7) return Response.Ok();
            await context.Delay(Seconds(25));
            return Response.Fail("timeout");
        });

        var result = await run.Play(scenario.WithLoadSimulations(Simulation.Inject(100, Seconds(1), Seconds(4))));

        Assert.Equal(new Accounting(400, 399, 1, 0, 0), result.Accounting);
        Assert.Equal(99.75, result.Operations[0].ThroughputPerSecond, 0.01);
        Assert.Equal(1, result.Timeline.Sum(second => second.Failed));
    }

    [Fact]
    public async Task A_paced_user_that_hangs_is_counted_once_for_each_start_that_it_owed()
    {
        var run = new VirtualRun { Options = new() { DrainTime = Seconds(2) } };

        var result = await run.Play(Scenario.Create("s", _ => Never).WithPacing(Seconds(1))
            .WithLoadSimulations(Simulation.KeepConstant(1, Seconds(10))));

        Assert.Equal(new Accounting(10, 0, 0, 9, 1), result.Accounting);
        Assert.Equal((10, 9), (result.Timeline.Sum(second => second.Offered), result.Timeline.Sum(second => second.Skipped)));
    }

    [Fact]
    public async Task A_load_that_ends_with_its_iterations_ends_when_none_of_them_does()
    {
        var run = new VirtualRun { Options = new() { StuckTime = Seconds(60) } };

        var result = await run.Play(Scenario.Create("s", context => context.UserNumber == 0 ? Never : Response.OkTask())
            .WithLoadSimulations(Simulation.IterationsForConstant(2, 10)));

        Assert.Equal(new Accounting(10, 9, 0, 0, 1), result.Accounting);
        Assert.Contains("No iteration ended for 1 min", result.AbortReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_load_is_not_given_up_while_its_iterations_end()
    {
        var run = new VirtualRun { Options = new() { StuckTime = Seconds(60) } };

        // One ends after 50 s, and the other 30 s later: nothing is begun meanwhile.
        var result = await run.Play(Scenario.Create("s", async context =>
        {
            await context.Delay(Seconds(context.UserNumber == 0 ? 50 : 80));
            return Response.Ok();
        }).WithLoadSimulations(Simulation.IterationsForConstant(2, 2)));

        Assert.Null(result.AbortReason);
        Assert.Equal(new Accounting(2, 2, 0, 0, 0), result.Accounting);
    }

    [Fact]
    public async Task A_stall_is_seen_live_by_the_age_of_what_waits()
    {
        var seen = new Snapshots();
        var run = new VirtualRun { Progress = seen };

        await run.Play(run.Scenario(at => at is >= 5 and < 15 ? Seconds(15 - at) : Milliseconds(5))
            .WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(20))));

        var tenth = seen.All.Single(snapshot => snapshot.Elapsed == Seconds(10));
        Assert.Equal(0, tenth.AchievedPerSecond);
        Assert.InRange(tenth.P95!.Value.TotalSeconds, 4.5, 5.01);
        Assert.InRange(tenth.P50!.Value.TotalSeconds, 2.5, 3.5);
        Assert.Equal(50, tenth.InFlight);
        Assert.Equal(5, seen.All.Single(snapshot => snapshot.Elapsed == Seconds(3)).P99!.Value.TotalMilliseconds, 0.1);
    }

    [Fact]
    public async Task No_figure_is_shown_where_nothing_was_seen()
    {
        var seen = new Snapshots();
        var run = new VirtualRun { Progress = seen };

        await run.Play(run.Scenario(Milliseconds(1))
            .WithLoadSimulations(Simulation.Pause(Seconds(2)), Simulation.Inject(10, Seconds(1), Seconds(1))));

        Assert.Equal((null, null, null), (seen.All[0].P50, seen.All[0].P99, seen.All[0].LagP99));
        Assert.Equal(1, seen.All[2].P50!.Value.TotalMilliseconds, 0.01);
    }

    public static TheoryData<Threshold, bool> Stalls => new()
    {
        { Threshold.ErrorRate(0.1, Seconds(3)), true },
        { Threshold.ErrorRate(0.1, Seconds(3)), false },
        { Threshold.ResponseTime(95, Milliseconds(500), Seconds(3)), true },
        { Threshold.ResponseTime(95, Milliseconds(500), Seconds(3)), false },
    };

    [Theory]
    [MemberData(nameof(Stalls))]
    public async Task A_server_that_stands_still_passes_the_threshold(Threshold threshold, bool open)
    {
        var run = new VirtualRun();
        var scenario = Scenario.Create("s", async context =>
        {
            await (run.Elapsed < 5 ? context.Delay(Milliseconds(5)) : Never);
            return Response.Ok();
        });

        var result = await run.Play(scenario.WithThresholds(threshold)
            .WithLoadSimulations(open ? Simulation.Inject(10, Seconds(1), Seconds(60)) : Simulation.KeepConstant(10, Seconds(60))));

        Assert.Contains("Threshold passed", result.AbortReason, StringComparison.Ordinal);
        Assert.InRange(result.Measured.TotalSeconds, 7, 11);
    }

    [Fact]
    public async Task One_request_that_hangs_among_many_ends_nothing()
    {
        var run = new VirtualRun();
        var scenario = Scenario.Create("s", context => context.InvocationNumber == 50 ? Never : Response.OkTask());

        var result = await run.Play(scenario
            .WithThresholds(Threshold.ErrorRate(0.1, Seconds(3)), Threshold.ResponseTime(95, Milliseconds(500), Seconds(3)))
            .WithLoadSimulations(Simulation.Inject(100, Seconds(1), Seconds(20))));

        Assert.Null(result.AbortReason);
    }

    [Fact]
    public async Task An_interruption_waits_less_and_a_second_one_not_at_all()
    {
        using var stop = new CancellationTokenSource();
        using var atOnce = new CancellationTokenSource();
        var run = new VirtualRun
        {
            Interrupted = stop.Token, Options = new()
            {
                AtOnce = atOnce.Token,
                InterruptedDrainTime = Seconds(10),
                DrainTime = Seconds(120),
            }
        };
        var scenario = Scenario.Create("s", context =>
        {
            if (run.Elapsed >= 3) stop.Cancel();
            return context.InvocationNumber < 20 ? Response.OkTask() : Never;
        });
        var interrupted = await run.Play(scenario.WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(60))));
        var first = run.Elapsed;
        await atOnce.CancelAsync();
        var hurried = new VirtualRun { Interrupted = stop.Token, Options = new() { AtOnce = atOnce.Token } };

        await hurried.Play(scenario.WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(60))));

        Assert.Contains("Interrupted", interrupted.AbortReason, StringComparison.Ordinal);
        Assert.Equal(20, interrupted.Accounting.Completed);
        Assert.InRange(interrupted.Accounting.InFlight, 10, 12);
        Assert.InRange(first, 13, 19);
        Assert.InRange(hurried.Elapsed, 0, 1);
    }

    [Fact]
    public async Task An_interruption_that_may_wait_longer_than_an_end_waits_for_an_answer()
    {
        using var stop = new CancellationTokenSource();
        var run = new VirtualRun
        {
            Interrupted = stop.Token,
            Options = new() { DrainTime = Seconds(30), InterruptedDrainTime = Seconds(600) },
        };
        var scenario = Scenario.Create("s", async context =>
        {
            stop.Cancel();
            await context.Delay(Seconds(45));
            return Response.Ok();
        });

        var result = await run.Play(scenario.WithLoadSimulations(Simulation.KeepConstant(1, Seconds(3_600))));

        Assert.Equal(new Accounting(1, 1, 0, 0, 0), result.Accounting);
        Assert.InRange(run.Elapsed, 45, 46);
    }

    private sealed class Snapshots : IProgress<LoadSnapshot>
    {
        public List<LoadSnapshot> All { get; } = [];

        public void Report(LoadSnapshot value) => All.Add(value);
    }
}
