using LoadHarness.Load;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>A scenario of the reads, under the load that the profile asks for.</summary>
/// <param name="name">In the workload of sql/queries.</param>
public sealed class ReadScenario(string name, Func<LoadProfile, ArrivalLoad?> loadOf) : IHarnessScenario
{
    public string Name => name;

    public string Title => CrmReads.Workload.File.Scenarios[name].Title ?? name;

    public bool HasRate(LoadProfile profile) => loadOf(profile) is not null;

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment) =>
        loadOf(environment.Profile) is not { } load || !environment.Reads.OperationsOf(name).Any()
        ? []
        :
        [
            environment.Reads.Build(name)
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];
}
