using LoadHarness.Load;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>TQ-4: a campaign from its creation to its last recipient marked sent, one row a recipient.</summary>
public sealed class CampaignSend : IHarnessScenario
{
    public string Name => "campaign-send";

    public string Title => "schedule, claim and send a campaign (TQ-4)";

    public IReadOnlyList<ScenarioProps> Build(Workbench bench)
    {
        if (bench.Profile.CampaignSend is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name, ("campaign", 1, context => SendAsync(bench, context, load.Recipients, load.Workers)))
                .WithoutWarmUp()
                .WithLoadSimulations(Simulation.IterationsForConstant(1, load.Repetitions)),
        ];
    }

    internal static async Task<IResponse> SendAsync(Workbench bench, IScenarioContext context, long recipients, int workers)
    {
        var name = $"{context.ScenarioName} {context.UserNumber}.{context.InvocationNumber}";
        var outcome = await CampaignDispatch.RunAsync(
            bench.App, bench.Worker, name, recipients, bench.Seed.Contacts, workers, context.Step, context.CancellationToken).ConfigureAwait(false);
        return outcome.Completed && outcome.Sent == outcome.Scheduled && outcome.Scheduled > 0
            ? Response.Ok(outcome.Sent)
            : Response.Fail("a campaign ended with other numbers scheduled and sent, or not completed");
    }
}
