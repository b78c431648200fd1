using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Running;

/// <summary>What follows from a scenario's simulations alone.</summary>
internal static class LoadPlan
{
    public static LoadModel ModelOf(ScenarioProps scenario) => scenario.Simulations.Any(IsClosed) ? LoadModel.Closed : LoadModel.Open;

    /// <summary>Whether responses alone decide when the next request comes: what is offered would be a copy of what was answered.</summary>
    public static bool OffersNothing(PhaseSetting setting) =>
        setting.Simulations.All(s => IsClosed(s) || s is PauseSimulation) && setting.Scenario.Pace == TimeSpan.Zero;

    /// <summary>Whether a request has a time at which it should start, so that it can be late.</summary>
    public static bool HasSchedule(PhaseSetting setting) => !OffersNothing(setting) || setting.Scenario.ThinkTime > TimeSpan.Zero;

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
