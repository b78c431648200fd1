using LoadHarness.Checks.Health;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Rights that the migration does not take, for they are a login's own.</summary>
public sealed class RightsFaultTests(PostgresCluster cluster)
{
    private const string Check = "rights-of-others";

    private const string MakeOldApp =
        "do $$ begin create role old_app nologin; exception when duplicate_object or unique_violation then null; end $$; ";

    [Fact]
    public async Task Rights_that_a_login_had_before_the_migration_are_found_and_taken()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await database.Owner.ExecuteAsync(MakeOldApp +
            """
            grant all on all tables in schema public to old_app;
            alter default privileges in schema public grant select, insert, update, delete on tables to old_app;
            """);
        await new Migrator(database.Owner).UpAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);
        Assert.True(await MayAsync(database, "audit_logs", "delete"));

        var finding = await FaultFinding.FindAsync(database.Owner, Check, HealthStatus.Red, "old_app");
        Assert.Contains("may write the audit (api_key_audit_logs, audit_logs", finding.Detail, StringComparison.Ordinal);
        await FaultFinding.FixAsync(database.Owner, Check, finding);

        foreach (var table in (string[])["lead_import_merge", "lead_import_chunks", "scheduled_jobs", "retention_policies", "api_keys"])
            Assert.False(await MayAsync(database, table, "select, insert, update, delete"), table);
        Assert.False(await MayAsync(database, "audit_logs", "insert, update, delete, truncate"));
        Assert.False(await MayAsync(database, "leads", "trigger, truncate"));
        // What row security binds is left to the team.
        Assert.True(await MayAsync(database, "leads", "select"));
    }

    [Theory]
    [InlineData("PUBLIC", "grant delete on audit_logs to public")]
    [InlineData("old_app", "grant update on erasures to old_app")]
    [InlineData("old_app", "grant select on api_keys to old_app")]
    [InlineData("old_app", "grant insert on scheduled_jobs to old_app")]
    [InlineData("old_app", "grant select on lead_analytics to old_app")]
    [InlineData("old_app", "grant trigger on campaigns to old_app")]
    [InlineData("old_app", "grant truncate on workspace_members to old_app")]
    public Task A_right_that_was_given_since_is_found_and_taken(string role, string grant) =>
        FaultFinding.InjectFindAndFixAsync(cluster, Check, HealthStatus.Red, role, MakeOldApp + grant);

    [Fact]
    public async Task A_role_that_acts_as_the_applications_and_reads_what_they_read_is_not_named()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            MakeOldApp + "grant select on leads, campaigns to old_app; grant insert on webhook_logs to old_app");
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, Check)).Status);
    }

    private static Task<bool> MayAsync(TestDatabase database, string table, string rights) =>
        database.Owner.AskAsync<bool>("select has_table_privilege('old_app', $1, $2)", table, rights);
}
