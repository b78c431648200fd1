using LoadHarness.Load;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Scenarios;

/// <summary>SC-2 to SC-5: users at work while imports and campaigns run, all at the same time.</summary>
public sealed class MixedUsers : IHarnessScenario
{
    public string Name => "mixed-users";

    public string Title => "users, imports and campaigns at once (SC-2 to SC-5)";

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment)
    {
        if (environment.Profile.MixedUsers is not { } load) return [];
        return [Users(), Imports(), Campaigns()];

        ScenarioProps Users() => Scenario.CreateMix(Name, [.. environment.Reads.OperationsOf(ScenarioCatalog.LeadQueries.Name)])
            .WithWarmUpDuration(load.WarmUp)
            .WithPacing(load.ThinkTime)
            .WithLoadSimulations(Simulation.KeepConstant(load.Users, load.During));

        // Each user of these begins its next import or campaign when the one before has ended: so many run at any moment.
        ScenarioProps Imports() => Scenario.CreateMix(
            "mixed-imports", ("import", 1,
            context => BulkImport.ImportAsync(environment, context, load.ImportRows, ImportLoad.UsuallyKnownPercent, sessions: 1)))
            .WithoutWarmUp()
            .WithExpectedTime(BulkImport.ExpectedTime(load.ImportRows))
            .WithLoadSimulations(Simulation.KeepConstant(load.Imports, load.During));

        ScenarioProps Campaigns() => Scenario.CreateMix(
            "mixed-campaigns", ("campaign", 1,
                context => CampaignSend.SendAsync(environment, context, load.CampaignRecipients, workers: 1)))
            .WithoutWarmUp()
            .WithExpectedTime(CampaignSend.ExpectedTime(load.CampaignRecipients))
            .WithLoadSimulations(Simulation.KeepConstant(load.Campaigns, load.During));
    }
}
