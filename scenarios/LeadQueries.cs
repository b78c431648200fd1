using LoadHarness.Load;

namespace LoadHarness.Scenarios;

/// <summary>TQ-1: what every page of the application asks for, drawn from the whole table.</summary>
public sealed class LeadQueries : IHarnessScenario
{
    public string Name => "lead-queries";

    public string Title => "look up, list and filter leads; a lead with its latest activities (TQ-1)";

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment)
    {
        if (environment.Profile.LeadQueries is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name, [.. LeadOperations.All(environment)])
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];
    }
}
