using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Workloads;
using LoadHarness.Workloads.Checking;
using LoadHarness.Workloads.Running;
using LoadHarness.Workloads.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The stages of a run with a workload of one's own. Nothing but its own SQL changes the database.</summary>
public static class WorkloadStages
{
    /// <summary>What waits for the server when the load has ended, such as a lock that others hold.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(30);

    public static Dictionary<string, string> Describe(HarnessOptions options, string folder) => new()
    {
        // A baseline knows a workload by its text: another text asks for something else.
        ["profile"] = WorkloadCatalog.Read(folder).Name,
        ["workload"] = $"{WorkloadCatalog.Read(folder).Name} {WorkloadCatalog.Read(folder).Checksum}",
        ["database"] = options.Database.ToString(),
        ["seed"] = options.Seed.ToString(),
        ["settings"] = options.ServerProfile.ToString().ToLowerInvariant(),
        ["engine"] = options.Engine.ToString().ToLowerInvariant(),
        ["pooler"] = options.Pooler.ToString().ToLowerInvariant(),
    };

    public static async Task RunAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken)
    {
        var workload = WorkloadCatalog.Read(options.Workload!);
        await using var database = await DatabaseAsync(record, terminal, options, cancellationToken);
        try
        {
            await SetUpAsync(record, terminal, options, workload, database, cancellationToken);
            await LoadAsync(record, terminal, options, workload, database, cancellationToken);
        }
        finally
        {
            await CleanUpAsync(record, terminal, workload, database);
        }
    }

    /// <summary>A given database as it is; or an empty one on a private server, which the set-up fills.</summary>
    public static async Task<Database> DatabaseAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, CancellationToken cancellationToken)
    {
        terminal.Heading($"database ({options.Database})");
        var database = await record.StageAsync(
            "database",
            () => terminal.WithProgressAsync(progress => Provisioner.ProvisionAsync(
                new(options.Database, options.ServerProfile, options.Keep, Force: true), progress, cancellationToken)),
            made => $"{made.Server.Provisioning}, PostgreSQL {made.Server.Version}");
        terminal.Line($"   PostgreSQL {database.Server.Version} ({database.Server.Provisioning}) at {database.Server.Endpoint}");
        record.Add(run => run with { Server = database.Server });
        return database;
    }

    /// <summary>The workload's own SQL, then its tables' rows.</summary>
    public static async Task SetUpAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, Workload workload, Database database,
            CancellationToken cancellationToken)
    {
        if (workload.SetUp.Count > 0)
        {
            terminal.Heading($"set-up ({workload.File.SetUp})");
            await record.StageAsync("set-up", async () =>
            {
                await SqlScript.RunAsync(
                    database.AdminConnectionString, PathOf(workload, workload.File.SetUp!), workload.SetUp, cancellationToken);
                return workload.SetUp.Count;
            }, statements => $"{statements} statements");
        }

        if (workload.File.Seed is not { Count: > 0 }) return;
        terminal.Heading("seed");
        await record.StageAsync(
            "seed",
            () => terminal.WithProgressAsync(progress => TableSeeder.SeedAsync(
                workload, database.AdminConnectionString, options.Seed, progress, cancellationToken)),
            tables => string.Join(", ", tables.Select(table => $"{table.Table} {table.Rows:N0} rows")));
    }

    private static async Task LoadAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, Workload workload, Database database,
            CancellationToken cancellationToken)
    {
        terminal.Heading($"run (workload {workload.Name}{(workload.File.Description is { } text ? $": {text}" : "")})");
        await using var run = await WorkloadRun.PrepareAsync(workload, database.AdminConnectionString, options.Seed, cancellationToken);
        record.Add(result => result with { Warnings = [.. result.Warnings, .. run.Notes] });
        await record.StageAsync(
            "run", () => MeasureAsync(record, terminal, options, workload, run, database, cancellationToken),
            scenarios => $"{scenarios.Count} scenarios");
    }

    private static async Task<IReadOnlyList<ScenarioResult>> MeasureAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, Workload workload, WorkloadRun run, Database database,
            CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var observer = await DatabaseObserver.StartAsync(admin, database.ServerProcessId, cancellationToken);
        var ended = false;
        try
        {
            foreach (var group in workload.Groups)
            {
                var names = group.Select(scenario => scenario.Value.Title is { } title ? $"{scenario.Key}: {title}" : scenario.Key);
                terminal.Line($"   {string.Join(" + ", names)}");
                var load = run.Build(group);
                await ScenarioRun.MeasureAsync(
                    record, terminal, observer, [.. load.Select(run.WatchOf)],
                    (live, measured) => EngineCatalog.RunAsync(options, load, live, measured, DrainTime, cancellationToken),
                    run.ReleaseAsync, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }

            ended = true;
        }
        finally
        {
            var trials = ended ? await TrialsAsync(run, options, cancellationToken) : [];
            var observation = await observer.FinishAsync(
                [.. trials.Select(trial => trial.Plan).OfType<QueryPlan>()],
                cancellationToken.IsCancellationRequested ? CancellationToken.None : cancellationToken,
                [.. trials.Where(trial => trial.Fault is not null)
                    .Select(trial => $"No plan of {trial.Operation} ({trial.Place}): {trial.Fault}")])
                .WaitAsync(Interruption.AtOnce);
            record.Add(result => result with { Observation = observation });
        }

        return record.Result.Scenarios;
    }

    // Plans that cannot be had must not cost the figures of the run.
    private static async Task<IReadOnlyList<StatementTrial>> TrialsAsync(
        WorkloadRun run, HarnessOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await run.TryAsync(options.Seed, cancellationToken);
        }
        catch (Exception lost) when (lost is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return [new("any operation", "the server", null, lost.Message)];
        }
    }

    // Also after a failure and an interruption: what the set-up made is to go.
    private static async Task CleanUpAsync(RunRecord record, TerminalOutput terminal, Workload workload, Database database)
    {
        if (workload.CleanUp.Count == 0) return;
        terminal.Heading($"clean-up ({workload.File.CleanUp})");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Interruption.AtOnce);
            await SqlScript.RunAsync(
                database.AdminConnectionString, PathOf(workload, workload.File.CleanUp!), workload.CleanUp, limit.Token);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            record.Add(run => run with
            {
                Warnings = [.. run.Warnings, $"The clean-up failed; the figures stand: {Faults.Sentence(fault)}"],
            });
        }
    }

    private static string PathOf(Workload workload, string file) => Path.Combine(workload.Folder, file);
}
