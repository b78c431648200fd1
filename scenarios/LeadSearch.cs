using LoadHarness.Load;

namespace LoadHarness.Scenarios;

/// <summary>TQ-5: the search box. First pages with and without a term, and pages far down, reached by their cursor.</summary>
public sealed class LeadSearch : IHarnessScenario
{
    public string Name => "lead-search";

    public string Title => "search, first and deep pages (TQ-5)";

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment)
    {
        if (environment.Profile.LeadSearch is not { } load) return [];
        var cursors = new DeepCursors(environment, Name);
        return
        [
            Scenario.CreateMix(Name,
                    ("first_page", 35, context => environment.QueryAsync(
                        context, "first_page", "search_first_page", environment.Answers.Active)),
                    ("by_term", 35, ByTerm),
                    ("deep_page", 30, DeepPage))
                .WithInit(init => cursors.WalkAsync(init.CancellationToken))
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];

        Task<IResponse> ByTerm(IScenarioContext context)
        {
            var (term, expected) = environment.Draws.SearchTerm(context.Random);
            return environment.QueryAsync(context, "by_term", "search_by_term", expected, term);
        }

        Task<IResponse> DeepPage(IScenarioContext context)
        {
            var (cursor, expected) = cursors.Draw(context.Random);
            return environment.QueryAsync(context, "deep_page", "search_deep_page", expected, cursor);
        }
    }
}
