using LoadHarness.Checks.Health;
using LoadHarness.Checks.Verification;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Imports;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Jobs;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>
/// The third environment: neither pg_partman nor pg_cron. What they would do is done without them, and what is missing is told.
/// </summary>
public sealed class WithoutExtensionsTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migration_work_jobs_health_verification_and_rollback_need_neither_pg_partman_nor_pg_cron()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var baseSchema = await SchemaDump.OfAsync(cluster, database, Stop);
        var options = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = "-c loadharness.without_extensions=pg_partman,pg_cron",
        };
        await using var admin = NpgsqlDataSource.Create(options.ConnectionString);
        var migrator = new Migrator(admin);
        await migrator.UpAsync(SilentProgress.Instance, Stop);
        Assert.Equal(0, await admin.AskAsync<long>("select count(*) from pg_extension where extname in ('pg_partman', 'pg_cron')"));

        await AssertPartitionsAheadAsync(admin);
        await AssertApplicationWorksAsync(database);
        await AssertJobsRunAsync(admin);
        await AssertNothingIsRedAsync(admin);
        await AssertTheMissingIsToldAsync(admin);

        var rows = await admin.AskAsync<long>("select count(*) from email_sends");
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        Assert.Equal(baseSchema, await SchemaDump.OfAsync(cluster, database, Stop));
        Assert.Equal(rows, await admin.AskAsync<long>("select count(*) from email_sends"));
    }

    private static async Task AssertPartitionsAheadAsync(NpgsqlDataSource admin) => Assert.Empty(await admin.ListAsync(
        """
        select p || ' ' || n from unnest(array['email_sends', 'lead_activities']::regclass[]) p, generate_series(0, 24) n
        where not exists (select from partition_bounds(p) b where not b.is_default
            and now() + make_interval(months => n) >= b.from_at and now() + make_interval(months => n) < b.to_at)
        """));

    private static async Task AssertApplicationWorksAsync(TestDatabase database)
    {
        await using var app = await Workspaces.OpenAppAsync(database);
        var outcome = await LeadImport.RunAsync(
            app, "test", Enumerable.Range(1, 200).Select(LeadImportTests.Row), 2, (_, work) => work(), Stop);
        var campaign = await CampaignDispatch.RunAsync(app, app, "test", 1_000, new(1, 1_000), 2, (_, work) => work(), Stop);
        Assert.Equal((200, 200, 200, true), (outcome.Imported, campaign.Scheduled, campaign.Sent, campaign.Completed));
        Assert.Equal(50, await app.ScalarAsync<long>("select count(*) from search_leads_optimized($1, p_term => 'lead')", [], Stop));
    }

    private static async Task AssertJobsRunAsync(NpgsqlDataSource admin)
    {
        var outcomes = await new JobRunner(admin, TimeProvider.System).RunAsync(JobSelection.Due, SilentProgress.Instance, Stop);
        Assert.Equal(8, outcomes.Count);
        Assert.All(outcomes, o => Assert.True(o.Status == JobStatus.Succeeded, $"{o.Job}: {o.Status} {o.Detail}"));
    }

    private static async Task AssertNothingIsRedAsync(NpgsqlDataSource admin)
    {
        var report = await HealthCheck.RunAsync(admin, SilentProgress.Instance, Stop);
        Assert.Empty(report.Checks.Where(c => c.Status == HealthStatus.Red).Select(c => $"{c.Id}: {c.Evidence}"));
        Assert.Empty(report.Checks.Where(c => c.Missing).Select(c => $"{c.Id}: {c.Evidence}"));
        Assert.Equal(HealthStatus.Green, report.Checks.Single(c => c.Id == "jobs").Status);
        Assert.Equal(HealthStatus.Green, report.Checks.Single(c => c.Id == "future-partitions").Status);
    }

    private static async Task AssertTheMissingIsToldAsync(NpgsqlDataSource admin)
    {
        var verdicts = await Verifier.RunAsync(admin, null, Stop);
        foreach (var (id, package) in ((string, string)[])[("EX-1", "partman"), ("EX-5", "cron"), ("MA-3", "cron")])
        {
            var verdict = verdicts.Single(v => v.Id == id);
            Assert.Equal(VerdictKind.Unavailable, verdict.Kind);
            Assert.Contains(package, verdict.Evidence, StringComparison.Ordinal);
            Assert.Contains("nstall", verdict.Evidence, StringComparison.Ordinal);
        }

        foreach (var id in (string[])["PT-1", "PT-2", "PT-3", "PT-4", "PT-5", "MA-1", "MA-2", "MA-5", "JB-1", "JB-2", "JB-3", "JB-4",
            "JB-5"])
            Assert.True(verdicts.Single(v => v.Id == id) is { Kind: VerdictKind.Met },
                $"{id}: {verdicts.Single(v => v.Id == id).Evidence}");
    }
}
