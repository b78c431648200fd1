using LoadHarness.Checks.Health;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Health;

/// <summary>Faults of tables, partitions, views and jobs: each is found, then fixed by the check's own statement.</summary>
public sealed class TableFaultTests(PostgresCluster cluster)
{
    [Fact]
    public Task Dead_rows_are_found_and_vacuumed_away() => FaultFinding.InjectFindAndFixAsync(
        cluster, "table-bloat", HealthStatus.Red, "bloated",
        "create table bloated (id int) with (autovacuum_enabled = off); insert into bloated select generate_series(1, 10000); "
        + "update bloated set id = id + 1 where id <= 9000; select pg_stat_force_next_flush()");

    [Fact]
    public Task Statistics_older_than_the_rows_are_found_and_renewed() => FaultFinding.InjectFindAndFixAsync(
        cluster, "stale-statistics", HealthStatus.Red, "grown",
        "create table grown (id int) with (autovacuum_enabled = off); insert into grown select generate_series(1, 100); analyze grown; "
        + "insert into grown select generate_series(1, 20000); select pg_stat_force_next_flush()");

    [Fact]
    public async Task Statistics_of_a_table_of_which_a_third_changed_are_yellow()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "create table shifted (id int) with (autovacuum_enabled = off); insert into shifted select generate_series(1, 30000)");
        await database.Owner.ExecuteAsync("analyze shifted");
        await database.Owner.ExecuteAsync("update shifted set id = id where id <= 12000; select pg_stat_force_next_flush()");
        await FaultFinding.FixAsync(database.Owner, "stale-statistics",
            await FaultFinding.FindAsync(database.Owner, "stale-statistics", HealthStatus.Yellow, "shifted"));
    }

    [Fact]
    public async Task Statistics_of_an_emptied_staging_table_are_no_fault()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            create unlogged table staged (id int) with (autovacuum_enabled = off);
            insert into staged select generate_series(1, 20000);
            select pg_stat_force_next_flush()
            """);
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "stale-statistics")).Status);
    }

    [Theory]
    [InlineData("-9 years")]
    [InlineData("-50 months")]
    public async Task A_row_of_a_month_without_partition_is_found_and_moved_to_one(string distance)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync(leads: 1);
        await database.Owner.ExecuteAsync(
            $"""
            insert into lead_activities (workspace_id, lead_id, activity_type, created_at)
            select $1, id, 'x', now() + interval '{distance}'
            from leads
            """, workspace);
        await FaultFinding.FixAsync(database.Owner, "default-partition",
            await FaultFinding.FindAsync(database.Owner, "default-partition", HealthStatus.Red, "lead_activities"));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from lead_activities"));
    }

    [Theory]
    [InlineData("26 months")]
    [InlineData("-11 years")]
    public async Task A_row_of_a_far_month_is_told_and_stays_where_every_query_finds_it(string distance)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync(leads: 1);
        await database.Owner.ExecuteAsync(
            $"""
            insert into lead_activities (workspace_id, lead_id, activity_type, created_at)
            select $1, id, 'x', now() + interval '{distance}'
            from leads
            """, workspace);
        await database.Owner.ExecuteAsync("select create_monthly_partitions()");
        var finding = await FaultFinding.LookAsync(database.Owner, "default-partition");
        Assert.Equal(HealthStatus.Green, finding.Status);
        Assert.Contains("1 rows of far months", finding.Evidence, StringComparison.Ordinal);
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from lead_activities"));
    }

    [Fact]
    public async Task A_missing_month_is_found_whatever_its_name_and_made_again()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            do $$ begin execute (select 'drop table ' || partition
                from partition_bounds('email_sends') where from_at > now() order by from_at limit 1);
            end $$
            """);
        await FaultFinding.FixAsync(database.Owner, "future-partitions",
            await FaultFinding.FindAsync(database.Owner, "future-partitions", HealthStatus.Red, "email_sends"));
        Assert.Equal(HealthStatus.Green, (await FaultFinding.LookAsync(database.Owner, "future-partitions")).Status);
    }

    [Fact]
    public Task A_stale_view_is_found_and_refreshed() => FaultFinding.InjectFindAndFixAsync(
        cluster, "analytics-freshness", HealthStatus.Red, "lead_analytics",
        "update analytics_refreshes set refreshed_at = now() - interval '5 hours' where view_name = 'lead_analytics'");

    [Fact]
    public async Task A_job_that_really_failed_is_found_with_its_error_and_is_well_after_a_run_by_hand()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("alter function auto_renew_api_keys() rename to gone");
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.Owner.ExecuteAsync("call run_job('renew-api-keys')"));
        var finding = await FaultFinding.FindAsync(database.Owner, "jobs", HealthStatus.Red, "renew-api-keys");
        Assert.Contains("auto_renew_api_keys() does not exist", finding.Detail, StringComparison.Ordinal);
        await database.Owner.ExecuteAsync("alter function gone() rename to auto_renew_api_keys");
        await FaultFinding.FixAsync(database.Owner, "jobs", finding);
    }

    [Fact]
    public async Task A_check_that_is_red_is_a_target_missed_and_names_its_limit_and_its_mending()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("update analytics_refreshes set refreshed_at = now() - interval '5 hours'");
        var verdict = (await FaultFinding.LookAsync(database.Owner, "analytics-freshness")).ToVerdict();
        Assert.Equal(VerdictKind.Missed, verdict.Kind);
        Assert.Equal(180, verdict.Limit);
        Assert.Contains("refresh_analytics_views", string.Join('\n', verdict.Caveats), StringComparison.Ordinal);
    }
}
