using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

public sealed class RunBehaviourTests
{
    private static readonly TimeSpan OneSecond = Seconds(1);

    [Fact]
    public async Task Warm_up_set_up_and_clean_up_are_outside_the_figures()
    {
        var (run, order) = (new VirtualRun(), new List<string>());
        var scenario = run.Scenario(Milliseconds(1))
            .WithInit(_ => Note("init"))
            .WithClean(_ => Note("clean"))
            .WithWarmUpDuration(Seconds(5))
            .WithLoadSimulations(Simulation.Inject(10, OneSecond, Seconds(2)));

        var result = await run.Play(scenario);

        Assert.Equal(["init", "clean"], order);
        Assert.Equal(50 + 20, run.Starts.Count);
        Assert.Equal(20, result.Accounting.Completed);

        Task Note(string what)
        {
            order.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_mix_draws_its_operations_by_weight_and_repeats_with_its_seed()
    {
        Task<ScenarioProps> Mix() => Task.FromResult(
            Scenario.CreateMix("mix", ("often", 3, _ => Response.OkTask()), ("seldom", 1, _ => Response.OkTask()))
            .WithLoadSimulations(Simulation.Inject(1000, OneSecond, Seconds(10))));

        var first = await new VirtualRun().Play(await Mix());
        var second = await new VirtualRun().Play(await Mix());

        Assert.InRange(first.Operations[0].Accounting.Completed, 7300, 7700);
        Assert.Equal(first.Operations.Select(o => o.Accounting), second.Operations.Select(o => o.Accounting));
    }

    [Fact]
    public async Task An_iterations_random_numbers_do_not_depend_on_timing()
    {
        var (fast, slow) = (new List<(long, int)>(), new List<(long, int)>());
        await Draw(fast, Milliseconds(1));
        await Draw(slow, Seconds(3));

        Assert.Equal(fast, slow);
        Assert.True(fast.Distinct().Count() > 10);

        static async Task Draw(List<(long, int)> drawn, TimeSpan service) => await new VirtualRun()
            .Play(Scenario.Create("s", async context =>
        {
            drawn.Add((context.InvocationNumber, context.Random.Next(1_000_000)));
            await context.Delay(service);
            return Response.Ok();
        }).WithLoadSimulations(Simulation.Inject(10, OneSecond, Seconds(2))));
    }

    [Fact]
    public async Task Steps_items_and_errors_are_kept_by_name()
    {
        var scenario = Scenario.Create("s", async context =>
        {
            await context.Step("connection", () => context.Delay(Milliseconds(20)));
            if (context.InvocationNumber == 3) throw new InvalidOperationException("broken pipe\nat somewhere");
            return Response.Ok(items: 5);
        });

        var operation = (await new VirtualRun().Play(scenario.WithLoadSimulations(Simulation.Inject(10, OneSecond, OneSecond))))
            .Operations[0];

        Assert.Equal(45, operation.Items);
        Assert.Equal(10, operation.Steps.Single(s => s.Name == "connection").Duration.Count);
        Assert.Equal(20, operation.Steps[0].Duration.P50!.Value.TotalMilliseconds, 0.02);
        Assert.Equal([new("InvalidOperationException: broken pipe", 1)], operation.Errors);
    }

    [Fact]
    public async Task An_error_rate_above_its_threshold_for_its_time_ends_the_scenario_and_says_so()
    {
        var run = new VirtualRun();
        var scenario = Scenario.Create("s", _ => Task.FromResult(run.Elapsed < 5 ? Response.Ok() : Response.Fail("down")));

        var result = await run.Play(scenario.WithThresholds(Threshold.ErrorRate(0.1, Seconds(3)))
            .WithLoadSimulations(Simulation.Inject(10, OneSecond, Seconds(60))));

        Assert.Contains("error rate above 10", result.AbortReason, StringComparison.Ordinal);
        Assert.Equal(50, result.Accounting.Completed);
        Assert.InRange(result.Accounting.Failed, 30, 31);
    }

    [Fact]
    public async Task A_slow_percentile_ends_the_scenario_and_a_single_slow_second_does_not()
    {
        var limit = Threshold.ResponseTime(95, Milliseconds(100), Seconds(3));
        var simulation = Simulation.Inject(10, OneSecond, Seconds(20));
        var (spike, slow) = (new VirtualRun(), new VirtualRun());

        var passed = await spike.Play(
            spike.Scenario(at => Milliseconds(at is >= 5 and < 6 ? 200 : 1)).WithThresholds(limit).WithLoadSimulations(simulation));
        var ended = await slow.Play(slow.Scenario(at => Milliseconds(at >= 5 ? 200 : 1)).WithThresholds(limit)
            .WithLoadSimulations(simulation));

        Assert.Null(passed.AbortReason);
        Assert.Contains("p95", ended.AbortReason, StringComparison.Ordinal);
        Assert.True(ended.Accounting.Scheduled < 100);
    }

    [Fact]
    public async Task An_interrupted_run_lets_its_requests_drain_and_keeps_its_figures()
    {
        using var interrupt = new CancellationTokenSource();
        var run = new VirtualRun { Interrupted = interrupt.Token };
        var scenario = run.Scenario(at =>
        {
            if (at >= 3) interrupt.Cancel();
            return Seconds(2);
        });

        var result = await run.Play(scenario.WithLoadSimulations(Simulation.Inject(10, OneSecond, Seconds(60))));

        Assert.Equal("Interrupted before the load had ended.", result.AbortReason);
        Assert.InRange(result.Accounting.Completed, 31, 32);
        Assert.Equal(result.Accounting.Scheduled, result.Accounting.Completed);
    }

    [Fact]
    public async Task A_live_view_gets_a_snapshot_a_second()
    {
        var seen = new Snapshots();
        var run = new VirtualRun { Progress = seen };

        await run.Play(run.Scenario(Milliseconds(100)).WithLoadSimulations(Simulation.Inject(10, OneSecond, Seconds(3))));

        Assert.Equal<double?>([10, 10, 10], seen.All.Take(3).Select(s => s.OfferedPerSecond));
        Assert.All(seen.All.Take(3), s => Assert.Equal(100, s.P95!.Value.TotalMilliseconds, 0.1));
    }

    [Fact]
    public async Task Merging_the_seconds_gives_the_histogram_of_the_whole()
    {
        var run = new VirtualRun();
        var result = await run.Play(run.Scenario(at => Milliseconds(1 + (40 * Math.Abs(Math.Sin(at * 7)))))
            .WithLoadSimulations(Simulation.Inject(150, OneSecond, Seconds(8))));

        var merged = new LatencyHistogram();
        foreach (var second in result.Timeline.Where(second => second.Buckets is not null))
            merged.Add(LatencyHistogram.Decode(second.Buckets!));

        Assert.True(result.Timeline.Count >= 8);
        Assert.Equal(LatencyHistogram.Decode(result.Operations[0].Response.Encoded).Counts(), merged.Counts());
        Assert.Equal(1200, merged.Count);
    }

    [Fact]
    public async Task A_scenario_without_load_is_refused_with_the_way_out()
    {
        var refused = await Assert.ThrowsAsync<HarnessException>(
            () => new VirtualRun().Play(Scenario.Create("idle", _ => Response.OkTask())));

        Assert.Contains("'idle' has no load simulation", refused.Message, StringComparison.Ordinal);
    }

    private sealed class Snapshots : IProgress<LoadSnapshot>
    {
        public List<LoadSnapshot> All { get; } = [];

        public void Report(LoadSnapshot value) => All.Add(value);
    }
}
