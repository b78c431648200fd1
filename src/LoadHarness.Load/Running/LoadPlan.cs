using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Running;

/// <summary>What follows from a scenario's simulations alone.</summary>
internal static class LoadPlan
{
    public static LoadModel ModelOf(ScenarioProps scenario) => scenario.Simulations.Any(IsClosed) ? LoadModel.Closed : LoadModel.Open;

    /// <summary>Whether requests are offered by the responses' pace alone.</summary>
    public static bool OffersNothing(PhaseSetting setting) =>
        setting.Simulations.All(s => IsClosed(s) || s is PauseSimulation) && setting.Scenario is { Pace.Ticks: 0, ThinkTime.Ticks: 0 };

    public static string Describe(ScenarioProps scenario) => string.Join(", then ", scenario.Simulations)
        + (scenario.Pace > TimeSpan.Zero ? $", each user every {LoadSimulation.Seconds(scenario.Pace)}" : "")
        + (scenario.ThinkTime > TimeSpan.Zero ? $", thinking {LoadSimulation.Seconds(scenario.ThinkTime)}" : "");

    /// <summary>The first simulation that makes load, at its full height, for the time of the warm-up.</summary>
    public static IReadOnlyList<LoadSimulation> WarmUpOf(ScenarioProps scenario) =>
        scenario.Simulations.FirstOrDefault(s => s is not PauseSimulation) switch
        {
            RateSimulation { ToPerSecond: > 0 } s => [new RateSimulation(s.ToPerSecond, s.ToPerSecond, scenario.WarmUp, s.Arrivals)],
            RandomRateSimulation s => [new RateSimulation(s.MaxPerSecond, s.MaxPerSecond, scenario.WarmUp, Arrivals.Even)],
            CountedRateSimulation s => [new RateSimulation(s.PerSecond, s.PerSecond, scenario.WarmUp, s.Arrivals)],
            UsersSimulation { ToCopies: > 0 } s => [new UsersSimulation(s.ToCopies, s.ToCopies, scenario.WarmUp)],
            CountedUsersSimulation s => [new UsersSimulation(s.Copies, s.Copies, scenario.WarmUp)],
            _ => [new PauseSimulation(scenario.WarmUp)],
        };

    private static bool IsClosed(LoadSimulation simulation) => simulation is UsersSimulation or CountedUsersSimulation;
}
