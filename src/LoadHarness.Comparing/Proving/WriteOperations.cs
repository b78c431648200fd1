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
    public static IEnumerable<ProofOperation> Optimized(Workbench bench) =>
        new BulkImport().Build(bench).Concat(new CampaignSend().Build(bench)).Select(scenario => new ProofOperation(scenario));

    public static IEnumerable<ProofOperation> Careful(Workbench bench) =>
        Of(bench, BaselineImport.CarefulAsync, BaselineCampaign.CarefulAsync);

    public static IEnumerable<ProofOperation> Naive(Workbench bench) => Of(bench, BaselineImport.NaiveAsync, BaselineCampaign.NaiveAsync);

    public static IEnumerable<ProofOperation> Expert(Workbench bench) =>
        Of(bench, BaselineImport.ExpertAsync, BaselineCampaign.ExpertAsync);

    private static IEnumerable<ProofOperation> Of(
        Workbench bench,
        Func<Workbench, TenantDatabase, IReadOnlyList<ImportRow>, CancellationToken, Task> import,
        Func<Workbench, TenantDatabase, long, CancellationToken, Task<long>> send)
    {
        var rows = bench.Profile.BulkImport!.Rows;
        yield return new(Scenario.CreateMix(new BulkImport().Name, ("import", 1, async context =>
        {
            var file = ImportRows.Of(bench.Seed, bench.FirstOfNewLeads(rows), rows, ImportLoad.UsuallyKnownPercent).ToList();
            await import(bench, bench.For(context.ScenarioName).App, file, context.CancellationToken);
            return Response.Ok(rows);
        })));
        yield return new(Scenario.CreateMix(new CampaignSend().Name, ("campaign", 1, async context =>
        {
            var app = bench.For(context.ScenarioName).App;
            var campaign = await CampaignDispatch.CreateAsync(app, WrittenRows.CampaignName, context.CancellationToken);
            var sent = await send(bench, app, campaign, context.CancellationToken);
            var expected = Math.Min(bench.Profile.CampaignSend!.Recipients, bench.Answers.ActiveLeads);
            return sent >= expected ? Response.Ok(sent) : Response.Fail($"{sent} of at least {expected} recipients were sent to");
        })));
    }
}
