using System.Runtime.CompilerServices;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Verbs;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Workloads;

return await CommandLine.InvokeAsync(args, RunAsync);

// options -> database -> schema -> rows -> load -> judge -> report -> exit code
static async Task<ExitCode> RunAsync(HarnessOptions options, CancellationToken cancellationToken)
{
    await using var broker = await RunFleet.HoldBrokerAsync(options, cancellationToken);
    var context = StageContext.Of(options) with { Broker = broker };
    var stages = options.Workload is { } folder
        ? WorkloadAsync(context, WorkloadCatalog.Read(folder), cancellationToken)
        : CrmAsync(context, cancellationToken);
    // Each record is kept as it comes: a run that ends early is judged and reported by what it had measured.
    var measured = await RunGuard.CollectAsync(PartialRun.Begin(options), stages, Interruption.Abandoned, cancellationToken);
    var judged = Ending.Judge(measured);
    return await Ending.ReportAsync(context, judged);
}

// The CRM: its schema, its rows, its scenarios.
static async IAsyncEnumerable<StageRecord> CrmAsync(
    StageContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
{
    var provisioned = await CrmStages.DatabaseAsync(context, cancellationToken);
    await using var database = provisioned.Database;
    yield return provisioned;
    await CrmLoad.RequireConnectionsAsync(context, database, isRun: true, cancellationToken);
    yield return await CrmStages.SchemaAsync(context, database, cancellationToken);
    var seeded = await CrmStages.SeedAsync(context, database, cancellationToken);
    yield return seeded;
    seeded.RequireInvariants();
    yield return await CrmStages.TryKeepAsync(context, database, cancellationToken);
    await foreach (var part in CrmStages.LoadAsync(context, database, seeded.Manifest, cancellationToken)) yield return part;
    yield return await CrmStages.VerifyAsync(context, database, cancellationToken);
}

// --workload: the folder's own set-up, rows, scenarios and clean-up.
static async IAsyncEnumerable<StageRecord> WorkloadAsync(
    StageContext context, Workload workload, [EnumeratorCancellation] CancellationToken cancellationToken)
{
    var provisioned = await WorkloadStages.DatabaseAsync(context, exclusive: true, cancellationToken);
    await using var database = provisioned.Database;
    yield return provisioned;
    yield return await WorkloadStages.ConnectionsAsync(workload, database, cancellationToken);
    // Until the set-up and the seeder have found what they need, a table may be one that was there before.
    string? unsure = "the set-up did not end";
    var stages = StagesAsync().ThenAlways(_ => WorkloadStages.CleanUpAsync(context, workload, database, unsure));
    await foreach (var record in stages) yield return record;

    async IAsyncEnumerable<StageRecord> StagesAsync()
    {
        yield return await WorkloadStages.SetUpAsync(context, workload, database, cancellationToken);
        unsure = "the tables to seed were not accepted";
        yield return await WorkloadStages.SeedAsync(context, workload, database, cancellationToken, () => unsure = null);
        unsure = null;
        await foreach (var part in WorkloadStages.LoadAsync(context, workload, database, cancellationToken)) yield return part;
    }
}
