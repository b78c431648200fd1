using LoadHarness.Checks.Connections;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Load;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.OtherEngines;
using LoadHarness.Scenarios.Profiles;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Runs the scenarios one after the other while the server is watched.</summary>
public static class ScenarioRun
{
    /// <summary>Server connections behind pgbouncer: enough to keep a small server busy, far fewer than the mix has users.</summary>
    private const int PooledConnections = 40;

    // RE-4: under a second of requests in all, on a server that does nothing else any more.
    private const int ConnectionRequests = 50;
    private const int ConnectionUsers = 4;
    private const int ConnectionRounds = 5;

    public static async Task<IReadOnlyList<ScenarioResult>> MeasureAsync(
        RunRecord record, TerminalOutput terminal, HarnessOptions options, LoadProfile profile, Database database, SeedManifest seed,
            CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var pooler = options.Pooler == Pooler.PgBouncer
            ? await PgBouncer.StartAsync(database.AdminConnectionString, PooledConnections, cancellationToken)
            : null;
        var most = database.Server.Capabilities.Any(capability => capability is { Name: ClusterShape.Capability, Available: true })
            ? ClusterShape.MostSessions
            : int.MaxValue;
        await using ScenarioEnvironment environment = ScenarioEnvironment.Open(
            (role, workspace, connections, sent) => pooler is null
                ? TenantDatabase.Open(database.AdminConnectionString, role, workspace, Math.Min(connections, most), sent)
                : TenantDatabase.OpenThroughPooler(pooler.ConnectionString, role, workspace, connections, sent),
            seed,
            profile);
        await using var fleet = await RunFleet.StartAsync(
            record, terminal, options, profile, seed, admin, pooler?.ConnectionString ?? database.AdminConnectionString, most,
            cancellationToken);
        await using var observer = await DatabaseObserver.StartAsync(
            admin, database.ServerProcessId, cancellationToken, loadIsOurs: options.Engine == LoadEngine.LoadHarness && fleet is null);
        var ended = false;
        try
        {
            foreach (var scenario in ScenarioCatalog.All)
            {
                var load = scenario.Build(environment);
                if (load.Count == 0) continue;
                terminal.Line($"   {scenario.Name}: {scenario.Title}");
                if (database.IsPrivate && scenario.WalBytes(profile) is > 0 and var wanted)
                {
                    var provided = await observer.UnwatchedAsync(
                        () => RecycledWal.ProvideAsync(admin, wanted, cancellationToken), cancellationToken);
                    terminal.Line($"   {provided / 1e9:N1} GB of WAL segments are at hand to be written over");
                }

                await MeasureAsync(
                    record, terminal, observer, [.. load.Select(environment.WatchOf)],
                    (live, measured) => EngineCatalog.RunAsync(
                        options, load, live, measured, environment, () => Foreign(scenario.Name), fleet, cancellationToken),
                    environment.ReleaseAsync, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                // Without all of its generators a load is another load.
                if (fleet?.Loss is not null) break;
            }

            ended = fleet?.Loss is null;
        }
        finally
        {
            var (plans, notes) = !ended || cancellationToken.IsCancellationRequested
                ? ([], [])
                : await PlansAsync(database, environment, cancellationToken);
            var observation = await observer.FinishAsync(
                plans, cancellationToken.IsCancellationRequested ? CancellationToken.None : cancellationToken, notes)
                .WaitAsync(Interruption.AtOnce);
            record.Add(run => run with { Observation = observation });
            fleet?.Record(terminal);
        }

        await CompareConnectionsAsync(record, database, pooler, cancellationToken);
        return record.Result.Scenarios;

        EngineRequest Foreign(string scenario) => new(
            pooler?.ConnectionString ?? database.AdminConnectionString, pooler is not null, seed, profile, scenario, options.Seed,
                checked((int)environment.NewLeads),
            Path.Combine(options.OutputDirectory, "nbomber"), Path.Combine(Path.GetTempPath(), $"loadharness-{Guid.NewGuid():N}.json"));
    }

    private static async Task<(IReadOnlyList<QueryPlan> Plans, IReadOnlyList<string> Notes)> PlansAsync(
        Database database, ScenarioEnvironment environment, CancellationToken cancellationToken)
    {
        var largest = await CollectAsync(environment.Workspaces.Largest, ExplainedQueries.Of(environment));
        var smallest = await CollectAsync(environment.Workspaces.All[^1], ExplainedQueries.OfSmallest(environment));
        return ([.. largest.Plans, .. smallest.Plans], [.. largest.Notes, .. smallest.Notes]);

        Task<(IReadOnlyList<QueryPlan> Plans, IReadOnlyList<string> Notes)> CollectAsync(
            ScenarioWorkspace workspace, IEnumerable<IReadOnlyList<ExplainedStatement>> statements) => PlanCollector.CollectAsync(
                database.AdminConnectionString, workspace.Id, statements, cancellationToken);
    }

    // What a scenario measured is in the record before anything is asked of the server again, which may be gone by then.
    internal static async Task MeasureAsync(
        RunRecord record, TerminalOutput terminal, DatabaseObserver observer, IReadOnlyList<ScenarioWatch> watches,
        Func<IProgress<LoadSnapshot>, IMeasuredPhase, Task<IReadOnlyList<ScenarioResult>>> load, Func<Task> releaseAsync,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<ScenarioResult> results = [];
        try
        {
            await observer.DuringAsync(watches, async measured =>
            {
                results = await terminal.WithLiveViewAsync(observer, live => load(live, measured));
                record.Add(results);
                return results;
            }).WaitAsync(Interruption.Abandoned);
            await releaseAsync();
        }
        catch (Exception fault) when (results.Count > 0 && !cancellationToken.IsCancellationRequested)
        {
            record.EndEarly(results, $"The server was lost with it: {Faults.Sentence(fault)}");
            throw;
        }

        foreach (var result in results) terminal.Line(LiveTable.Closing(result));
    }

    private static async Task CompareConnectionsAsync(
        RunRecord record, Database database, PgBouncer? pooler, CancellationToken cancellationToken)
    {
        var ways = await ConnectionOverhead.MeasureAsync(
            database.AdminConnectionString, pooler, ConnectionRequests, ConnectionUsers, ConnectionRounds, cancellationToken);
        record.Add(run => run with { Comparisons = [.. run.Comparisons, ConnectionOverhead.Compare(ways)] });
    }
}
