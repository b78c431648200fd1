using LoadHarness.Load;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>TQ-3: every segment of the set of complex conditions, counted and fetched.</summary>
public sealed class Segmentation : IHarnessScenario
{
    public string Name => "segmentation";

    public string Title => "count and fetch segments of complex conditions (TQ-3)";

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment)
    {
        if (environment.Profile.Segmentation is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name,
                    ("count", 1, Count),
                    ("first_page", 1, FirstPage))
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];

        Task<IResponse> Count(IScenarioContext context)
        {
            var (workspace, segment) = (environment.Workspaces.Draw(context.Random), SegmentOf(context));
            return environment.QueryAsync(
                context, workspace, "count", "segment_count", workspace.Answers.CountOf(segment, environment.NewLeads),
                SegmentCorpus.Conditions[segment]);
        }

        Task<IResponse> FirstPage(IScenarioContext context)
        {
            var (workspace, segment) = (environment.Workspaces.Draw(context.Random), SegmentOf(context));
            return environment.QueryAsync(
                context, workspace, "first_page", "segment_page", workspace.Answers.PageOfSegment(segment),
                SegmentCorpus.Conditions[segment]);
        }
    }

    private static int SegmentOf(IScenarioContext context) => (int)(context.InvocationNumber % SegmentCorpus.Conditions.Count);
}
