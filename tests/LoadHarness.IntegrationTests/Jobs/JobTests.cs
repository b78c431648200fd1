using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Jobs;
using Npgsql;

namespace LoadHarness.IntegrationTests.Jobs;

public sealed class JobTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("maintenance")]
    [InlineData("refresh-analytics")]
    [InlineData("create-partitions")]
    [InlineData("expire-api-keys")]
    [InlineData("renew-api-keys")]
    [InlineData("start-campaigns")]
    [InlineData("send-upkeep")]
    public async Task Each_job_succeeds_as_the_worker_and_leaves_one_outcome_row(string job)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.As("lh_worker").ExecuteAsync("call run_job($1)", job);
        var rows = await database.Owner.ListAsync("select concat_ws(' ', job, outcome, runner) from job_runs");
        Assert.Equal([$"{job} succeeded pg_cron"], rows);
    }

    [Fact]
    public async Task A_job_that_fails_says_so_to_its_caller_and_in_its_outcome_row()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("update scheduled_jobs set body = 'select 1 / 0, false' where name = 'maintenance'");
        await Assert.ThrowsAsync<PostgresException>(() => database.Owner.ExecuteAsync("call run_job('maintenance')"));
        Assert.Equal(["failed 22012 division by zero"], await database.Owner.ListAsync("select outcome || ' ' || detail from job_runs"));
    }

    [Fact]
    public async Task A_job_that_another_session_runs_is_skipped_and_told()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var other = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("select pg_advisory_lock(hashtext('loadharness.job'), hashtext('maintenance'))", other);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await database.Owner.ExecuteAsync("call run_job('maintenance')");
        Assert.Equal(["skipped"], await database.Owner.ListAsync("select outcome from job_runs"));
    }

    [Fact]
    public async Task A_run_whose_session_died_is_closed_by_the_next_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("insert into job_runs (job, runner) values ('expire-api-keys', 'gone')");
        await database.Owner.ExecuteAsync("call run_job('expire-api-keys')");
        Assert.Equal(["failed", "succeeded"], await database.Owner.ListAsync("select outcome from job_runs order by id"));
    }

    [Fact]
    public async Task The_program_runs_the_due_jobs_once()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var runner = new JobRunner(database.Owner, TimeProvider.System);
        var first = await runner.RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None);
        Assert.Equal(["BF-3", "BF-4", "JB-1", "JB-2", "JB-3", "JB-4", "JB-5"], first.Select(o => o.Requirement));
        Assert.All(first, o => Assert.Equal("succeeded", o.Outcome));
        await database.Owner.ExecuteAsync("update job_runs set started_at = started_at - interval '25 hours' where job = 'maintenance'");
        var second = await runner.RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None);
        Assert.Equal("succeeded", second.Single(o => o.Job == "maintenance").Outcome);
        Assert.Equal("not due", second.Single(o => o.Job == "create-partitions").Outcome);
    }

    [Fact]
    public async Task An_unknown_job_and_a_database_without_jobs_are_refused_with_the_way_out()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var unknown = await Assert.ThrowsAsync<HarnessException>(() => new JobRunner(database.Owner, TimeProvider.System).RunAsync(new JobSelection(Name: "nope"), SilentProgress.Instance, CancellationToken.None));
        Assert.Contains("renew-api-keys", unknown.Message, StringComparison.Ordinal);
        await using var bare = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var missing = await Assert.ThrowsAsync<HarnessException>(() => new JobRunner(bare.Owner, TimeProvider.System).RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None));
        Assert.Contains("migrate", missing.Message, StringComparison.Ordinal);
    }
}
