using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;
using Npgsql;

namespace LoadHarness.Comparing.Arms;

/// <summary>One arm at work: its own server on its own copy of the seeded cluster.</summary>
public sealed class ArmServer : IAsyncDisposable
{
    /// <summary>Behind pgbouncer, as a run has them.</summary>
    private const int PooledConnections = 40;

    private readonly PgBouncer? _pooler;
    private readonly QueryCatalog _queries;

    private ArmServer(
        string name, ArmSpecification specification, QueryCatalog queries, Database database, SeedManifest seed, string schemaChecksum,
            PgBouncer? pooler,
        PlantedFault? planted)
    {
        (Name, Specification, _queries, Database, Seed, _pooler, Planted) = (name, specification, queries, database, seed, pooler, planted);
        Admin = NpgsqlDataSource.Create(database.AdminConnectionString);
        // A run records some settings; what this arm was asked for is known besides.
        var settings = new Dictionary<string, string>(database.Server.Settings);
        foreach (var (setting, value) in specification.Settings) settings[setting] = value;
        Facts = new(database.Server.Version, settings, schemaChecksum);
    }

    /// <summary>A or B.</summary>
    public string Name { get; }

    public ArmSpecification Specification { get; }

    public Database Database { get; }

    public SeedManifest Seed { get; }

    public NpgsqlDataSource Admin { get; }

    public ArmServerFacts Facts { get; }

    /// <summary>The fault that this arm was given; null for none.</summary>
    public PlantedFault? Planted { get; }

    public static async Task<ArmServer> OverAsync(
        string name, ArmSpecification specification, QueryCatalog queries, Database database, SeedManifest seed, string schemaChecksum,
        PlantedFault? planted, CancellationToken cancellationToken) => new(
            name, specification, queries, database, seed, schemaChecksum,
            specification.Pooler ? await PgBouncer.StartAsync(database.AdminConnectionString, PooledConnections, cancellationToken) : null,
            planted);

    /// <summary>Connections in the application's roles; the base schema has none, and its team works as the owner.</summary>
    /// <param name="queries">Other statements than those of the arm's own sql folder.</param>
    public ScenarioEnvironment OpenWorkbench(LoadProfile profile, QueryCatalog? queries = null) => ScenarioEnvironment.Open(
        (role, workspace, connections, sent) => _pooler is null
            ? TenantDatabase.Open(Database.AdminConnectionString, RoleOf(role), workspace, connections, sent)
            : TenantDatabase.OpenThroughPooler(_pooler.ConnectionString, RoleOf(role), workspace, connections, sent),
        Seed,
        profile,
        queries ?? _queries);

    /// <summary>A pool of connections in the application's role, of the primary workspace.</summary>
    public TenantDatabase OpenTenant(int connections) =>
        TenantDatabase.Open(Database.AdminConnectionString, RoleOf("lh_app"), Seed.PrimaryWorkspaceId, connections);

    /// <summary>CPU time that the server's processes have used since the start; zero where they cannot be read.</summary>
    public TimeSpan CpuTime() => new ServerProcesses(Database.ServerProcessId).Read()?.Cpu ?? TimeSpan.Zero;

    public async ValueTask DisposeAsync()
    {
        if (_pooler is not null) await _pooler.DisposeAsync();
        await Admin.DisposeAsync();
        await Database.DisposeAsync();
    }

    public async Task<IReadOnlyList<QueryPlan>> PlansAsync(LoadProfile profile, CancellationToken cancellationToken)
    {
        await using ScenarioEnvironment environment = OpenWorkbench(profile);
        var (plans, _) = await PlanCollector.CollectAsync(
            Database.AdminConnectionString, Seed.PrimaryWorkspaceId, ExplainedQueries.Of(environment), cancellationToken, RoleOf);
        return plans;
    }

    private string RoleOf(string role) => Specification.Schema is ArmSchema.Base ? "none" : role;
}
