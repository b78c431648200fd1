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
                    ("first_page", 35, FirstPage),
                    ("by_term", 35, ByTerm),
                    ("deep_page", 30, DeepPage))
                .WithInit(cursors.WalkAsync)
                .WithWarmUpDuration(load.WarmUp)
                .WithMaxInFlight(load.MaxInFlight)
                .WithLoadSimulations(Simulation.Inject(load.RatePerSecond, TimeSpan.FromSeconds(1), load.During)),
        ];

        Task<IResponse> FirstPage(IScenarioContext context)
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            return environment.QueryAsync(context, workspace, "first_page", "search_first_page", workspace.Answers.Active);
        }

        Task<IResponse> ByTerm(IScenarioContext context)
        {
            var workspace = environment.Workspaces.Draw(context.Random);
            var (term, expected) = workspace.Draws.SearchTerm(context.Random);
            return environment.QueryAsync(context, workspace, "by_term", "search_by_term", expected, term);
        }

        Task<IResponse> DeepPage(IScenarioContext context)
        {
            var (workspace, cursor, expected) = cursors.Draw(context.Random);
            return environment.QueryAsync(context, workspace, "deep_page", "search_deep_page", expected, cursor);
        }
    }
}
