using LoadHarness.Load;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>TQ-3: every segment of the set of complex conditions, counted and fetched.</summary>
public sealed class Segmentation : IHarnessScenario
{
    public string Name => "segmentation";

    public string Title => "count and fetch segments of complex conditions (TQ-3)";

    public IReadOnlyList<ScenarioProps> Build(Workbench bench)
    {
        if (bench.Profile.Segmentation is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name,
                    ("count", 1, context => bench.QueryAsync(context, "segment_count", SegmentOf(context))),
                    ("first_page", 1, context => bench.QueryAsync(context, "segment_page", SegmentOf(context))))
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];
    }

    private static string SegmentOf(IScenarioContext context) => SegmentCorpus.Conditions[(int)(context.InvocationNumber % SegmentCorpus.Conditions.Count)];
}
