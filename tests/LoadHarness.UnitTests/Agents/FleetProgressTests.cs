using LoadHarness.Agents.Coordinating;
using LoadHarness.Load;

namespace LoadHarness.UnitTests.Agents;

/// <summary>The live view of several agents goes on for as long as one of them plays.</summary>
public sealed class FleetProgressTests
{
    private readonly View _view = new();
    private readonly FleetProgress _progress;

    public FleetProgressTests() => _progress = new(_view, agents: 3);

    [Fact]
    public void A_scenario_that_one_agent_plays_has_a_line_a_second()
    {
        for (var second = 1; second <= 5; second++)
        {
            _progress.Take(0, Second(second));
            // The newest is open: another agent may tell it yet.
            Assert.Equal(second - 1, _view.Told.Count);
        }

        Assert.Equal([1.0, 2.0, 3.0, 4.0], _view.Told.Select(told => told.Elapsed.TotalSeconds));
        Assert.All(_view.Told, told => Assert.Equal((2.0, 1), (told.AchievedPerSecond, told.InFlight)));
    }

    [Fact]
    public void A_second_that_all_have_told_is_told_at_once_and_once()
    {
        for (var second = 1; second <= 3; second++)
            foreach (var agent in (int[])[2, 0, 1])
            {
                _progress.Take(agent, Second(second, errors: agent));
                Assert.Equal(agent == 1 ? second : second - 1, _view.Told.Count);
            }

        Assert.All(_view.Told, told => Assert.Equal((6.0, 3L), (told.AchievedPerSecond, told.Errors)));
    }

    [Fact]
    public void An_agent_that_is_late_counts_as_before_and_its_second_is_not_told_again()
    {
        foreach (var agent in (int[])[0, 1, 2]) _progress.Take(agent, Second(1));
        foreach (var agent in (int[])[0, 1]) _progress.Take(agent, Second(2));
        foreach (var agent in (int[])[0, 1]) _progress.Take(agent, Second(3));
        foreach (var second in (int[])[2, 3]) _progress.Take(2, Second(second));

        Assert.Equal([1.0, 2.0, 3.0], _view.Told.Select(told => told.Elapsed.TotalSeconds));
        Assert.All(_view.Told, told => Assert.Equal(6.0, told.AchievedPerSecond));
    }

    [Fact]
    public void An_agent_that_is_through_keeps_its_errors_and_no_rate()
    {
        foreach (var agent in (int[])[0, 1, 2]) _progress.Take(agent, Second(1, errors: 1));
        for (var second = 2; second <= 4; second++)
            foreach (var agent in (int[])[0, 1]) _progress.Take(agent, Second(second, errors: 1));

        Assert.Equal([1.0, 2.0, 3.0], _view.Told.Select(told => told.Elapsed.TotalSeconds));
        Assert.Equal((4.0, 2, 3L), (_view.Told[^1].AchievedPerSecond, _view.Told[^1].InFlight, _view.Told[^1].Errors));
    }

    [Fact]
    public void Seconds_that_are_measured_follow_those_of_the_warm_up()
    {
        LoadSnapshot[] seconds =
        [
            Second(1, PhaseKind.WarmUp, errors: 1), Second(2, PhaseKind.Draining, errors: 1), Second(1), Second(2),
            Second(3, PhaseKind.Draining), Second(4, PhaseKind.Draining),
        ];

        foreach (var second in seconds) _progress.Take(1, second);

        Assert.Equal(
            [(PhaseKind.WarmUp, 1.0, 1L), (PhaseKind.Draining, 2.0, 1L), (PhaseKind.Measuring, 1.0, 0L), (PhaseKind.Measuring, 2.0, 0L),
                (PhaseKind.Draining, 3.0, 0L)],
            _view.Told.Select(told => (told.Phase, told.Elapsed.TotalSeconds, told.Errors)));
    }

    [Fact]
    public void Scenarios_that_run_at_once_wait_for_no_second_of_each_other()
    {
        foreach (var agent in (int[])[0, 1, 2]) _progress.Take(agent, Second(7));
        foreach (var agent in (int[])[0, 1, 2]) _progress.Take(agent, Second(1) with { Scenario = "mixed-users" });

        Assert.Equal([("bulk-import", 7.0), ("mixed-users", 1.0)], _view.Told.Select(told => (told.Scenario, told.Elapsed.TotalSeconds)));
    }

    private static LoadSnapshot Second(int second, PhaseKind phase = PhaseKind.Measuring, long errors = 0) => new(
        "bulk-import", phase, TimeSpan.FromSeconds(second), OfferedPerSecond: null, AchievedPerSecond: 2, P50: null, P95: null, P99: null,
        errors, InFlight: 1, LagP99: null);

    private sealed class View : IProgress<LoadSnapshot>
    {
        public List<LoadSnapshot> Told { get; } = [];

        public void Report(LoadSnapshot value) => Told.Add(value);
    }
}
