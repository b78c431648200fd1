using System.Runtime.CompilerServices;
using LoadHarness.Checks.Connections;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.OtherEngines;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Runs the CRM's scenarios one after the other while the server is watched.</summary>
internal sealed class CrmLoad
{
    /// <summary>Server connections behind pgbouncer: enough to keep a small server busy, far fewer than the mix has users.</summary>
    private const int PooledConnections = 40;

    /// <summary>The observer's, and one that an import opens outside its pool.</summary>
    private const int ConnectionsBeside = DatabaseObserver.Connections + 1;

    // RE-4: under a second of requests in all, on a server that does nothing else any more.
    private const int ConnectionRequests = 50;
    private const int ConnectionUsers = 4;
    private const int ConnectionRounds = 5;

    private readonly StageContext _context;
    private readonly Database _database;
    private readonly NpgsqlDataSource _admin;
    private readonly PgBouncer? _pooler;
    private readonly TenantLogin _login;
    private readonly ScenarioEnvironment _environment;
    private readonly RunFleet? _fleet;

    private CrmLoad(
        StageContext context, Database database, NpgsqlDataSource admin, PgBouncer? pooler, TenantLogin login,
        ScenarioEnvironment environment, RunFleet? fleet) =>
        (_context, _database, _admin, _pooler, _login, _environment, _fleet) = (
            context, database, admin, pooler, login, environment, fleet);

    /// <summary>Before anything is migrated or seeded: a load that its server refuses measures the refusals.</summary>
    /// <param name="isRun">Whether the verb takes <c>--pooler</c>, and plays a load on a given database as well.</param>
    /// <exception cref="HarnessException">The server has fewer connections free than the profile holds at once.</exception>
    public static async Task RequireConnectionsAsync(
        StageContext context, Database database, bool isRun, CancellationToken cancellationToken)
    {
        // Behind a pooler they wait for one of its own.
        if (context.Options.Pooler != Pooler.None) return;
        var profile = ProfileCatalog.Read(context.Options.Profile);
        var (fields, connections) = ProfileConnections.Most(
            profile, MostSessions(database.Server), context.Options.Agents?.Count ?? 1);
        await using var connection = await SingleSession.OpenAsync(database.AdminConnectionString, cancellationToken);
        var wanted = connections + ConnectionsBeside;
        if (await FreeConnections.ReadAsync(connection, cancellationToken) is { } free && wanted > free)
            throw new HarnessException(
                $"The profile {profile.Name} holds {wanted} connections at once, and the server has {free} free: "
                    + (isRun ? OtherWays(context, database, wanted - free) : "")
                    + $"lower {fields} in a copy of {ProfileCatalog.FileOf(context.Options.Profile)}, for --profile.", ExitCode.BadUsage);
    }

    public static async IAsyncEnumerable<StageRecord> MeasureAsync(
        StageContext context, LoadProfile profile, Database database, SeedManifest seed,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        await using var pooler = context.Options.Pooler == Pooler.PgBouncer
            ? await PgBouncer.StartAsync(database.AdminConnectionString, PooledConnections, cancellationToken)
            : null;
        var login = new TenantLogin(
            pooler?.ConnectionString ?? database.AdminConnectionString, pooler is not null, MostSessions(database.Server));
        var before = await SeedReuse.SetLeadsAsideAsync(
            admin, ScenarioEnvironment.LeadsToSetAside(context.Options.Agents?.Count ?? 1), cancellationToken);
        await using var environment = ScenarioEnvironment.Open(login.Open, seed, profile, leadsBefore: before);
        await using var fleet = await RunFleet.StartAsync(context, environment, admin, login, cancellationToken);
        var loadIsOurs = context.Options.Engine == LoadEngine.LoadHarness && fleet is null;
        await using var observer = await DatabaseObserver.StartAsync(admin, database.ServerProcessId, cancellationToken, loadIsOurs);
        var load = new CrmLoad(context, database, admin, pooler, login, environment, fleet);
        var parts = new LoadRun(context.Terminal, observer, () => load.PlansAsync(cancellationToken))
            .MeasureAsync(load.Plan(observer, cancellationToken), cancellationToken);
        if (fleet is not null) parts = parts.ThenAlways(_ => Task.FromResult<StageRecord>(fleet.Describe(context.Terminal)));
        await foreach (var part in parts) yield return part;
        yield return new Compared(await load.CompareConnectionsAsync(cancellationToken));
    }

    // The pooler of this program is not reached from the machines of other agents.
    private static string OtherWays(StageContext context, Database database, int missing) =>
        $"{FreeConnections.Remedy(missing, database.IsPrivate)}, "
            + $"{(context.Options.Agents?.Broker is null ? "give --pooler pgbouncer, " : "")}or ";

    private static int MostSessions(ServerEnvironment server) =>
        server.Capabilities.Any(capability => capability is { Name: ClusterShape.Capability, Available: true })
            ? ClusterShape.MostSessions
            : int.MaxValue;

    // Each is planned when the one before it has ended. Without all of its generators a load is another load: there are no more then.
    private IEnumerable<PlannedLoad> Plan(DatabaseObserver observer, CancellationToken cancellationToken) => ScenarioCatalog.All
        .TakeWhile(_ => _fleet?.Loss is null)
        .Select(scenario => (Scenario: scenario, Load: scenario.Build(_environment)))
        .Where(planned => planned.Load.Count > 0)
        .Select(planned => new PlannedLoad(
            $"{planned.Scenario.Name}: {planned.Scenario.Title}",
            [.. planned.Load.Select(_environment.WatchOf)],
            (live, measured) => EngineCatalog.RunAsync(
                _context.Options, planned.Load, live, measured, _environment, file => Foreign(planned.Scenario.Name, file), _fleet,
                cancellationToken),
            _environment.ReleaseAsync)
        {
            PrepareAsync = () => ProvideWalAsync(planned.Scenario, observer, cancellationToken),
        });

    private async Task ProvideWalAsync(IHarnessScenario scenario, DatabaseObserver observer, CancellationToken cancellationToken)
    {
        if (!_database.IsPrivate || scenario.WalBytes(_environment.Profile) is not (> 0 and var wanted)) return;
        var provided = await observer.UnwatchedAsync(
            () => RecycledWal.ProvideAsync(_admin, wanted, cancellationToken), cancellationToken);
        _context.Terminal.Line($"   {provided / 1e9:N1} GB of WAL segments are at hand to be written over");
    }

    private EngineRequest Foreign(string scenario, string answerFile) => new(
        _login.ConnectionString, _login.ThroughPooler, _environment.Seed, _environment.Profile,
        scenario, _context.Options.Seed, checked((int)_environment.NewLeads),
        Path.Combine(_context.Options.OutputDirectory, "nbomber"), answerFile)
    {
        LeadsBefore = _environment.LeadsBefore,
        MostSessions = _login.MostSessions,
    };

    private async Task<CollectedPlans> PlansAsync(CancellationToken cancellationToken)
    {
        if (_fleet?.Loss is not null) return CollectedPlans.None;
        var workspaces = _environment.Workspaces;
        var largest = await CollectAsync(workspaces.Largest, ExplainedQueries.Of(_environment));
        var smallest = await CollectAsync(workspaces.All[^1], ExplainedQueries.OfSmallest(_environment));
        return new([.. largest.Plans, .. smallest.Plans], [.. largest.Notes, .. smallest.Notes]);

        Task<(IReadOnlyList<QueryPlan> Plans, IReadOnlyList<string> Notes)> CollectAsync(
            ScenarioWorkspace workspace, IEnumerable<IReadOnlyList<ExplainedStatement>> statements) => PlanCollector.CollectAsync(
                _database.AdminConnectionString, workspace.Id, statements, cancellationToken);
    }

    private async Task<Comparison> CompareConnectionsAsync(CancellationToken cancellationToken) => ConnectionOverhead.Compare(
        await ConnectionOverhead.MeasureAsync(
            _database.AdminConnectionString, _pooler, ConnectionRequests, ConnectionUsers, ConnectionRounds, cancellationToken));
}
