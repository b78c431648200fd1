using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Imports and campaigns of each arm: those of the scenarios on the optimized schema, the baselines' own on the base schema.
/// </summary>
internal static class WriteOperations
{
    public static IEnumerable<ProofOperation> Optimized(ScenarioEnvironment environment) =>
        new BulkImport().Build(environment).Concat(new CampaignSend().Build(environment)).Select(scenario => new ProofOperation(scenario));

    public static IEnumerable<ProofOperation> Careful(ScenarioEnvironment environment) =>
        Of(environment, BaselineImport.CarefulAsync, BaselineCampaign.CarefulAsync);

    public static IEnumerable<ProofOperation> Naive(ScenarioEnvironment environment) =>
        Of(environment, BaselineImport.NaiveAsync, BaselineCampaign.NaiveAsync);

    public static IEnumerable<ProofOperation> Expert(ScenarioEnvironment environment) =>
        Of(environment, BaselineImport.ExpertAsync, BaselineCampaign.ExpertAsync);

    private static IEnumerable<ProofOperation> Of(
        ScenarioEnvironment environment,
        Func<ScenarioEnvironment, TenantDatabase, IReadOnlyList<ImportRow>, CancellationToken, Task> import,
        Func<ScenarioEnvironment, TenantDatabase, long, CancellationToken, Task<long>> send)
    {
        var rows = environment.Profile.BulkImport!.Rows;
        yield return new(Scenario.CreateMix(new BulkImport().Name, ("import", 1, async context =>
        {
            var file = ImportRows.Of(
                environment.Seed, environment.Workspaces.Largest, environment.FirstOfNewLeads(rows), rows, ImportLoad.UsuallyKnownPercent)
                .ToList();
            await import(environment, environment.For(context.ScenarioName).App, file, context.CancellationToken);
            return Response.Ok(rows);
        }
        )));
        yield return new(Scenario.CreateMix(new CampaignSend().Name, ("campaign", 1, async context =>
        {
            var app = environment.For(context.ScenarioName).App;
            var campaign = await CampaignDispatch.CreateAsync(app, WrittenRows.CampaignName, context.CancellationToken);
            var sent = await send(environment, app, campaign, context.CancellationToken);
            var expected = Math.Min(environment.Profile.CampaignSend!.Recipients, environment.Workspaces.Largest.Answers.ActiveLeads);
            return sent >= expected ? Response.Ok(sent) : Response.Fail($"{sent} of at least {expected} recipients were sent to");
        }
        )));
    }
}
