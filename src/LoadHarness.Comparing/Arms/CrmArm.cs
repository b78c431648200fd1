using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Comparing.Arms;

/// <summary>An arm with the CRM's rows, in some form of its schema.</summary>
public sealed class CrmArm : ArmServer
{
    /// <summary>Behind pgbouncer, as a run has them.</summary>
    private const int PooledConnections = 40;

    private readonly PgBouncer? _pooler;
    private readonly QueryCatalog _queries;

    private CrmArm(
        string name, ArmSpecification specification, QueryCatalog queries, Database database, SeedManifest seed, string schemaChecksum,
        PgBouncer? pooler, PlantedFault? planted)
        : base(name, specification, database, schemaChecksum, planted) => (_queries, Seed, _pooler) = (queries, seed, pooler);

    public SeedManifest Seed { get; }

    public static async Task<CrmArm> OverAsync(
        string name, ArmSpecification specification, QueryCatalog queries, Database database, SeedManifest seed, string schemaChecksum,
        PlantedFault? planted, CancellationToken cancellationToken) => new(
            name, specification, queries, database, seed, schemaChecksum,
            specification.Pooler ? await PgBouncer.StartAsync(database.AdminConnectionString, PooledConnections, cancellationToken) : null,
            planted);

    /// <summary>Connections in the application's roles; the base schema has none, and its team works as the owner.</summary>
    /// <param name="queries">Other statements than those of the arm's own sql folder.</param>
    public ScenarioEnvironment OpenWorkbench(LoadProfile profile, QueryCatalog? queries = null)
    {
        var login = new TenantLogin(_pooler?.ConnectionString ?? Database.AdminConnectionString, _pooler is not null);
        var environment = ScenarioEnvironment.Open(
            (role, workspace, connections, sent) => login.Open(RoleOf(role), workspace, connections, sent),
            Seed,
            profile,
            queries ?? _queries);
        environment.WholeChunks = true;
        return environment;
    }

    /// <summary>A pool of connections in the application's role, of the primary workspace.</summary>
    public TenantDatabase OpenTenant(int connections) =>
        TenantDatabase.Open(Database.AdminConnectionString, RoleOf("lh_app"), Seed.PrimaryWorkspaceId, connections);

    public override async ValueTask DisposeAsync()
    {
        if (_pooler is not null) await _pooler.DisposeAsync();
        await base.DisposeAsync();
    }

    internal override Task<IArmBench> OpenBenchAsync(ComparisonPlan plan, BenchUse use, CancellationToken cancellationToken)
    {
        var environment = OpenWorkbench(plan.Profile(use == BenchUse.Counters ? 1 : ImportLoad.UsualSessions));
        environment.LeftOut = plan.LeftOut;
        if (use == BenchUse.Times) environment.Places = context => context.Random.Next();
        return Task.FromResult<IArmBench>(new CrmBench(environment, plan));
    }

    internal override async Task<IReadOnlyList<QueryPlan>> PlansAsync(ComparisonPlan plan, CancellationToken cancellationToken)
    {
        await using ScenarioEnvironment environment = OpenWorkbench(plan.Profile());
        environment.LeftOut = plan.LeftOut;
        var (plans, _) = await PlanCollector.CollectAsync(
            Database.AdminConnectionString, Seed.PrimaryWorkspaceId, ExplainedQueries.Of(environment), cancellationToken, RoleOf);
        return plans;
    }

    private string RoleOf(string role) => Specification.Schema is ArmSchema.Base ? "none" : role;
}
