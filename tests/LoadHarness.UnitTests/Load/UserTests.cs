using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>Who is at work in the closed model, and what the timeline and the live view say of it.</summary>
public sealed class UserTests
{
    private static readonly LoadSimulation[] DownAndUp =
        [Simulation.KeepConstant(20, Seconds(2)), Simulation.KeepConstant(5, Seconds(0.2)), Simulation.KeepConstant(20, Seconds(2))];

    private static readonly LoadSimulation[] DownAndSoonUp = [DownAndUp[0], Simulation.KeepConstant(5, Seconds(0.05)), DownAndUp[2]];

    [Fact]
    public async Task No_two_users_at_work_have_one_number()
    {
        var (atWork, twice, highest) = (new HashSet<int>(), 0, 0);
        await new VirtualRun().Play(Scenario.Create("s", async context =>
        {
            if (!atWork.Add(context.UserNumber)) twice++;
            highest = Math.Max(highest, context.UserNumber);
            await context.Delay(Milliseconds(300));
            atWork.Remove(context.UserNumber);
            return Response.Ok();
        }).WithLoadSimulations(DownAndSoonUp));

        Assert.Equal(0, twice);
        // Twenty, and fifteen who were still in their last iteration.
        Assert.Equal(34, highest);
    }

    [Fact]
    public async Task Numbers_that_are_free_again_are_given_out_again()
    {
        var highest = 0;
        await new VirtualRun().Play(Scenario.Create("s", async context =>
        {
            highest = Math.Max(highest, context.UserNumber);
            await context.Delay(Milliseconds(100));
            return Response.Ok();
        }).WithLoadSimulations(DownAndUp));

        Assert.Equal(19, highest);
    }

    [Fact]
    public async Task Users_who_come_later_draw_other_values_also_after_a_pause()
    {
        var drawn = new List<ulong>();
        await new VirtualRun().Play(Scenario.Create("s", async context =>
        {
            drawn.Add((ulong)context.Random.NextInt64());
            await context.Delay(Milliseconds(100));
            return Response.Ok();
        }).WithLoadSimulations([.. DownAndUp, Simulation.Pause(Seconds(1)), Simulation.KeepConstant(3, Seconds(1)),
            Simulation.IterationsForConstant(2, 10)]));

        Assert.Equal(drawn.Count, drawn.Distinct().Count());
    }

    // First starts are spread over a whole pace, 0.6 s apart: those from 15 s on never come.
    [Fact]
    public async Task A_user_who_never_began_is_not_one_of_those_at_once()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Milliseconds(10)).WithPacing(Seconds(60))
            .WithLoadSimulations(Simulation.KeepConstant(100, Seconds(15))));

        Assert.Equal(25, run.Starts.Count);
        Assert.Equal(25, result.Users);
    }

    // Twenty, then five of them, then those and fifteen others.
    [Fact]
    public async Task Users_who_have_gone_are_not_at_once_with_those_who_come_for_them()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Milliseconds(10)).WithLoadSimulations(DownAndUp));

        Assert.Equal(20, result.Users);
    }

    [Fact]
    public async Task In_flight_counts_iterations_under_way_and_not_users_who_rest()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Milliseconds(13)).WithThinkTime(Milliseconds(237))
            .WithLoadSimulations(Simulation.RampingConstant(200, Seconds(2)), Simulation.KeepConstant(200, Seconds(8))));

        Assert.Equal(200, result.Users);
        // 13 ms of each 250.
        Assert.All(result.Timeline.Skip(3).Take(6), second => Assert.InRange(second.InFlight, 1, 25));
    }

    [Fact]
    public async Task Users_who_go_one_by_one_are_in_flight_until_they_have_gone()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Milliseconds(70))
            .WithLoadSimulations(Simulation.KeepConstant(40, Seconds(2)), Simulation.RampingConstant(0, Seconds(4))));

        Assert.Equal(40, result.Timeline[0].InFlight);
        Assert.InRange(result.Timeline[3].InFlight, 18, 22);
        Assert.InRange(result.Timeline[4].InFlight, 8, 12);
    }

    [Fact]
    public async Task The_last_second_of_a_warm_up_is_warm_up_and_what_comes_after_the_load_is_draining()
    {
        var seen = new Snapshots();
        var run = new VirtualRun { Progress = seen };

        await run.Play(run.Scenario(Milliseconds(1200)).WithWarmUpDuration(Seconds(3))
            .WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(2))));

        Assert.Equal(["warm-up", "warm-up", "warm-up", "draining", "measuring", "measuring", "draining"],
            seen.All.Select(snapshot => snapshot.Phase.Word()));
    }

    [Fact]
    public async Task A_second_says_for_how_long_the_load_was_on()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Milliseconds(600)).WithLoadSimulations(Simulation.Inject(10, Seconds(1), Seconds(2.5))));

        Assert.Equal([1, 1, 0.5, 0], result.Timeline.Select(second => second.Loaded.TotalSeconds));
    }

    [Fact]
    public async Task A_thinking_user_offers_nothing_but_can_be_late()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(Milliseconds(100)).WithThinkTime(Milliseconds(100))
            .WithLoadSimulations(Simulation.KeepConstant(2, Seconds(2))));

        Assert.Null(result.Operations[0].OfferedPerSecond);
        Assert.All(result.Timeline, second => Assert.Null(second.Offered));
        Assert.Equal(result.Accounting.Completed, result.Operations[0].Lag.Count);
        Assert.True(result.Accounting is { Balances: true, Completed: 20 });
    }

    private sealed class Snapshots : IProgress<LoadSnapshot>
    {
        public List<LoadSnapshot> All { get; } = [];

        public void Report(LoadSnapshot value) => All.Add(value);
    }
}
