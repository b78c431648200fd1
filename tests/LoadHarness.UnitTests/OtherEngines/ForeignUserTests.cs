using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.OtherEngines;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.OtherEngines;

/// <summary>Pauses between iterations that another engine starts one after the other.</summary>
public sealed class ForeignUserTests
{
    private readonly VirtualClock _clock = new();
    private readonly List<double> _starts = [];

    [Fact]
    public void A_paced_user_makes_up_for_a_slow_response()
    {
        LoopFor(2, Answering(after: start => start == 0.5 ? 0.52 : 0.02).WithPacing(Seconds(0.1))
            .WithLoadSimulations(Simulation.KeepConstant(1, Seconds(2))));

        Assert.Equal(20, _starts.Count);
        Assert.Equal([0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.02, 1.04, 1.06, 1.08, 1.1, 1.12, 1.2, 1.3], _starts.Take(14));
    }

    [Fact]
    public void A_pause_of_the_engine_itself_is_not_made_up_for()
    {
        var foreign = new ForeignScenario(
            Answering(after: _ => 0.02).WithPacing(Seconds(0.1)).WithLoadSimulations(Simulation.KeepConstant(1, Seconds(2))), 1, _clock);

        Loop(foreign, until: 0.2);
        _clock.Wait(new Instant(1_000_000_000));
        Loop(foreign, until: 1.2);

        Assert.Equal([0, 0.1, 1, 1.1], _starts);
    }

    [Fact]
    public void Think_time_follows_each_response()
    {
        LoopFor(1, Answering(after: start => start == 0 ? 0.3 : 0.05).WithThinkTime(Seconds(0.2))
            .WithLoadSimulations(Simulation.KeepConstant(1, Seconds(1))));

        Assert.Equal([0, 0.5, 0.75], _starts);
    }

    [Fact]
    public void Arrivals_of_the_open_model_are_not_held_up_by_a_pause()
    {
        var foreign = new ForeignScenario(
            Answering(after: _ => 0).WithThinkTime(Seconds(0.2)).WithLoadSimulations(Simulation.Inject(1, Seconds(1), Seconds(1))), 1,
            _clock);

        Assert.True(foreign.InvokeAsync(isWarmUp: false, TestContext.Current.CancellationToken).IsCompletedSuccessfully);
    }

    private ScenarioProps Answering(Func<double, double> after) => Scenario.Create("s", async context =>
    {
        var start = Math.Round(_clock.Now.Nanoseconds / 1e9, 9);
        _starts.Add(start);
        if (after(start) is > 0 and var service) await context.Delay(Seconds(service));
        return Response.Ok();
    });

    private void LoopFor(double seconds, ScenarioProps scenario) => Loop(new ForeignScenario(scenario, 1, _clock), seconds);

    private void Loop(ForeignScenario foreign, double until)
    {
        _ = User();
        _clock.Wait(new Instant((long)(until * 1e9)));

        async Task User()
        {
            while (_clock.Now.Nanoseconds < until * 1e9)
                await foreign.InvokeAsync(isWarmUp: false, TestContext.Current.CancellationToken);
        }
    }
}
