using System.Runtime.CompilerServices;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Checking;
using LoadHarness.Workloads.Format;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The stages of a run with a workload of one's own. Nothing but its own SQL changes the database.</summary>
internal static class WorkloadStages
{
    /// <summary>
    /// What waits for the server when the load has ended, such as a lock that others hold; requests that take long get longer.
    /// </summary>
    public static TimeSpan DrainTime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>A given database as it is; or an empty one on a private server, which the set-up fills.</summary>
    /// <param name="exclusive">As of <see cref="DatabaseRequest.Exclusive"/>.</param>
    public static Task<Provisioned> DatabaseAsync(StageContext context, bool exclusive, CancellationToken cancellationToken) =>
        DatabaseStage.ProvisionAsync(
            context, new(context.Options.Database, context.Options.ServerProfile, context.Options.Keep, Force: true)
            {
                Exclusive = exclusive,
            }, cancellationToken);

    /// <summary>Before the workload's own SQL: a load that its server refuses measures the refusals.</summary>
    /// <exception cref="Core.HarnessException">The server has fewer connections free than the users hold.</exception>
    public static async Task<Done> ConnectionsAsync(Workload workload, Database database, CancellationToken cancellationToken)
    {
        var connections = await WorkloadConnections.ReadAsync(workload, database.AdminConnectionString, cancellationToken);
        connections.Require(database.IsPrivate);
        return new() { Warnings = connections.Warning(database.IsPrivate) is { } warning ? [warning] : [] };
    }

    /// <summary>The workload's own SQL.</summary>
    public static async Task<Done> SetUpAsync(
        StageContext context, Workload workload, Database database, CancellationToken cancellationToken)
    {
        if (workload.SetUp.Count == 0) return new();
        context.Terminal.Heading($"set-up ({workload.File.SetUp})");
        var ended = await Staged.MeasureAsync("set-up", async () =>
        {
            await SqlScript.RunAsync(
                database.AdminConnectionString, PathOf(workload, workload.File.SetUp!), workload.SetUp, cancellationToken);
            return workload.SetUp.Count;
        }, statements => $"{statements} statements");
        return new() { Timing = ended.Timing };
    }

    /// <summary>The rows of the tables that it declares.</summary>
    /// <param name="accepted">As of <see cref="TableSeeder.SeedAsync"/>.</param>
    public static async Task<Done> SeedAsync(
        StageContext context, Workload workload, Database database, CancellationToken cancellationToken, Action? accepted = null)
    {
        if (workload.File.Seed is not { Count: > 0 }) return new();
        context.Terminal.Heading("seed");
        var ended = await context.StageAsync(
            "seed",
            progress => TableSeeder.SeedAsync(
                workload, database.AdminConnectionString, context.Options.Seed, progress, cancellationToken, accepted: accepted),
            tables => string.Join(", ", tables.Select(table => $"{table.Table} {table.Rows:N0} rows")));
        return new() { Timing = ended.Timing };
    }

    public static async IAsyncEnumerable<StageRecord> LoadAsync(
        StageContext context, Workload workload, Database database, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        context.Terminal.Heading($"run (workload {workload.Name}{(workload.File.Description is { } text ? $": {text}" : "")})");
        await using var run = await WorkloadRun.PrepareAsync(
            workload, database.AdminConnectionString, context.Options.Seed, cancellationToken);
        yield return new Done { Warnings = [.. run.Notes] };
        await foreach (var part in MeasureAsync(context, workload, run, database, cancellationToken).TimedAsync("run")) yield return part;
    }

    /// <summary>Also after a failure and an interruption: what the set-up made is to go, and nothing that was there before.</summary>
    /// <param name="unsure">Why it may meet what others made, of a database that others use; null when it does not.</param>
    public static async Task<StageRecord> CleanUpAsync(StageContext context, Workload workload, Database database, string? unsure)
    {
        if (workload.CleanUp.Count == 0) return new Done();
        if (unsure is not null && !database.IsPrivate)
            return new Done
            {
                Warnings =
                [
                    $"The clean-up was not run, as {unsure}: {workload.File.CleanUp} may drop what was there before. "
                        + "Look at the database, and run the file by hand if all that it drops is the workload's own.",
                ],
            };
        context.Terminal.Heading($"clean-up ({workload.File.CleanUp})");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Interruption.AtOnce);
            await SqlScript.RunAsync(
                database.AdminConnectionString, PathOf(workload, workload.File.CleanUp!), workload.CleanUp, limit.Token);
            return new Done();
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return new Done { Warnings = [$"The clean-up failed; the figures stand: {Faults.Sentence(fault, Interruption.AtOnce)}"] };
        }
    }

    private static async IAsyncEnumerable<StageRecord> MeasureAsync(
        StageContext context, Workload workload, WorkloadRun run, Database database,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var observer = await DatabaseObserver.StartAsync(admin, database.ServerProcessId, cancellationToken);
        var loads = workload.Groups.Select(group => (Title: TitleOf(group), Load: run.Build(group)))
            .Select(planned => new PlannedLoad(
                planned.Title,
                [.. planned.Load.Select(run.WatchOf)],
                (live, measured) => EngineCatalog.RunAsync(
                    context.Options, planned.Load, live, measured, DrainTime, cancellationToken),
                run.ReleaseAsync));
        var parts = new LoadRun(context.Terminal, observer, () => PlansAsync(run, context.Options.Seed, cancellationToken))
            .MeasureAsync(loads, cancellationToken);
        await foreach (var part in parts) yield return part;
    }

    private static string TitleOf(IReadOnlyList<KeyValuePair<string, ScenarioFile>> group) => string.Join(
        " + ", group.Select(scenario => scenario.Value.Title is { } title ? $"{scenario.Key}: {title}" : scenario.Key));

    private static async Task<CollectedPlans> PlansAsync(WorkloadRun run, ulong seed, CancellationToken cancellationToken)
    {
        var trials = await run.TryAsync(seed, cancellationToken);
        return new(
            [.. trials.Select(trial => trial.Plan).OfType<Core.Measurement.QueryPlan>()],
            [.. trials.Where(trial => trial.Fault is not null)
                .Select(trial => $"No plan of {trial.Operation} ({trial.Place}): {trial.Fault}")]);
    }

    private static string PathOf(Workload workload, string file) => Path.Combine(workload.Folder, file);
}
