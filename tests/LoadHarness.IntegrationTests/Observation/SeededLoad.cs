using LoadHarness.Core.Measurement;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres.Observation;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>A seeded database and the real scenarios on it, a second or two each.</summary>
public class SeededLoad(PostgresCluster cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public TestDatabase Database { get; private set; } = null!;

    public SeedManifest Seed { get; private set; } = null!;

    protected virtual SeedRequest Request { get; } = new(2_000, 42, 2) { SeededAtMonth = new DateOnly(2026, 10, 1) };

    public static LoadProfile Profile { get; } = new(
        "test", "a second of each",
        LeadQueries: new(80, Second, Second, 10_000),
        LeadSearch: new(60, Second, Second, 10_000),
        Segmentation: new(40, Second, Second, 10_000),
        BulkImport: new(400, 1),
        CampaignSend: new(1_000_000, 2, 1),
        MixedUsers: new(4, TimeSpan.FromMilliseconds(100), 2, 200, 1, 200, Second, Second));

    public async ValueTask InitializeAsync()
    {
        Database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        Seed = await new Seeder(Database.Owner).SeedAsync(Request, SilentProgress.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (Database is not null) await Database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public ScenarioEnvironment Bench(SeedManifest? seed = null, LoadProfile? profile = null, long leadsBefore = 0) =>
        ScenarioEnvironment.Open(
            (role, workspace, connections, sent) => TenantDatabase.Open(Database.ConnectionString, role, workspace, connections, sent),
            seed ?? Seed, profile ?? Profile, leadsBefore: leadsBefore);

    /// <summary>As a run begins on a database that others have used: what they brought in are no new leads.</summary>
    public async Task<ScenarioEnvironment> NextLoadAsync(LoadProfile? profile = null) => Bench(
        Seed with { Reused = true }, profile,
        await SeedReuse.SetLeadsAsideAsync(
            Database.Owner, ScenarioEnvironment.LeadsToSetAside(1), TestContext.Current.CancellationToken));

    public static async Task<IReadOnlyList<ScenarioResult>> RunAsync(IReadOnlyList<ScenarioProps> load, IMeasuredPhase? measured = null)
    {
        using var clock = new SystemLoadClock();
        return await new LoadRunner(clock, new() { Measured = measured }).RunAsync(load, null, TestContext.Current.CancellationToken);
    }

    public async Task<(IReadOnlyList<ScenarioResult> Results, DatabaseObservation Seen)> WatchAsync(
        ScenarioEnvironment environment, IHarnessScenario scenario)
    {
        await using var observer = await DatabaseObserver.StartAsync(Database.Owner, null, TestContext.Current.CancellationToken);
        var load = scenario.Build(environment);
        IReadOnlyList<ScenarioResult> results;
        await using (var measured = observer.Watch([.. load.Select(environment.WatchOf)])) results = await RunAsync(load, measured);
        // A session counts what it did into the server's statistics when it ends, and about once a second before.
        await environment.ReleaseAsync();
        while (await Database.Owner.AskAsync<bool>(
            """
            select exists (select from pg_stat_activity
                where datname = current_database() and usename in ('lh_app', 'lh_worker'))
            """))
            await Task.Delay(10, TestContext.Current.CancellationToken);
        return (results, await observer.FinishAsync([], TestContext.Current.CancellationToken));
    }
}
