using LoadHarness.Load;

namespace LoadHarness.Scenarios;

/// <summary>TQ-5: the search box. First pages with and without a term, and pages far down, reached by their cursor.</summary>
public sealed class LeadSearch : IHarnessScenario
{
    public string Name => "lead-search";

    public string Title => "search, first and deep pages (TQ-5)";

    public IReadOnlyList<ScenarioProps> Build(Workbench bench)
    {
        if (bench.Profile.LeadSearch is not { } load) return [];
        var cursors = new DeepCursors(bench);
        return
        [
            Scenario.CreateMix(Name,
                    ("first_page", 35, context => bench.QueryAsync(context, "search_first_page")),
                    ("by_term", 35, context => bench.QueryAsync(context, "search_by_term", bench.Draws.SearchTerm(context.Random))),
                    ("deep_page", 30, context => bench.QueryAsync(context, "search_deep_page", cursors.Draw(context.Random))))
                .WithInit(init => cursors.WalkAsync(init.CancellationToken))
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];
    }
}
