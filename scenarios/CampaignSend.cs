using LoadHarness.Load;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.Scenarios;

/// <summary>TQ-4: a campaign from its creation to its last recipient marked sent, one row a recipient.</summary>
public sealed class CampaignSend : IHarnessScenario
{
    /// <summary>TQ-4: a million recipients in three minutes.</summary>
    private static readonly TimeSpan Recipient = TimeSpan.FromMinutes(3) / 1_000_000;

    public string Name => "campaign-send";

    public string Title => "schedule, claim and send a campaign (TQ-4)";

    public IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment)
    {
        if (environment.Profile.CampaignSend is not { } load) return [];
        return
        [
            Scenario.CreateMix(Name, ("campaign", 1, context => SendAsync(
                environment, context, load.Recipients, load.Workers, load.LeadsAtOnce)))
                .WithoutWarmUp()
                .WithExpectedTime(ExpectedTime(load.Recipients))
                .WithLoadSimulations(Simulation.IterationsForConstant(1, load.Repetitions)),
        ];
    }

    internal static TimeSpan ExpectedTime(long recipients) => Recipient * recipients;

    internal static async Task<IResponse> SendAsync(
        ScenarioEnvironment environment, IScenarioContext context, long recipients, int workers,
        long leadsAtOnce = LeadRange.UsuallyAtOnce)
    {
        var name = $"{context.ScenarioName} {context.UserNumber}.{context.InvocationNumber}";
        var workspace = environment.Workspaces.Draw(context.Random);
        var database = environment.For(context.ScenarioName);
        var leads = new LeadRange(workspace.Seeded.FirstLeadId, workspace.Seeded.LastLeadId, leadsAtOnce)
        {
            WholeChunks = environment.WholeChunks,
        };
        var outcome = await CampaignDispatch.RunAsync(
            database.AppOf(workspace), database.WorkerOf(workspace), name, recipients, leads, workers, context.Step,
            context.CancellationToken);
        var expected = Math.Min(recipients, workspace.Answers.ActiveLeads);
        var isRight = environment.WholeChunks ? outcome.Scheduled >= expected : outcome.Scheduled == expected;
        return outcome.Completed && outcome.Sent == outcome.Scheduled && isRight
            ? Response.Ok(outcome.Sent)
            : Response.Fail(
                $"wrong answer: the campaign {(outcome.Completed ? "ended" : "did not end")} with {outcome.Sent} sent of "
                    + $"{outcome.Scheduled} scheduled; {expected} recipients wanted");
    }
}
