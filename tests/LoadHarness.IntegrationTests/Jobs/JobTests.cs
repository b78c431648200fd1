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
    [InlineData("fold-segments")]
    public async Task Each_job_succeeds_as_its_own_role_and_leaves_one_outcome_row(string job)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.As("lh_jobs").ExecuteAsync("call run_job($1)", job);
        var rows = await database.Owner.ListAsync("select concat_ws(' ', job, outcome, runner) from job_runs");
        Assert.Equal([$"{job} succeeded pg_cron"], rows);
    }

    [Fact]
    public async Task A_job_that_fails_says_so_to_its_caller_and_in_its_outcome_row()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "update scheduled_jobs set body = 'select 1 / 0, false', stepwise = false where name = 'maintenance'");
        await Assert.ThrowsAsync<PostgresException>(() => database.Owner.ExecuteAsync("call run_job('maintenance')"));
        Assert.Equal(["failed 22012 division by zero"], await database.Owner.ListAsync("select outcome || ' ' || detail from job_runs"));
    }

    [Fact]
    public async Task A_job_that_another_session_runs_is_skipped_and_told()
    {
        await using var database = await WithSlowJobAsync("pg_advisory_xact_lock(4711)");
        await using var holder = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var held = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(4711)", holder))
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var other = database.As("lh_jobs").ExecuteAsync("call run_job('maintenance')");
        await WaitForStepAsync(database);
        await database.As("lh_jobs").ExecuteAsync("call run_job('maintenance')");
        await held.RollbackAsync(TestContext.Current.CancellationToken);
        await other;
        Assert.Equal(["succeeded", "skipped"], await database.Owner.ListAsync("select outcome from job_runs order by id"));
    }

    [Theory]
    [InlineData("pg_cancel_backend", "57014")]
    [InlineData("pg_terminate_backend", "57P01")]
    public async Task A_job_whose_session_is_cancelled_or_killed_never_blocks_the_next_one_and_says_so(string how, string state)
    {
        await using var database = await WithSlowJobAsync("case when (select count(*) from job_runs) = 1 then pg_sleep(600) end");
        // The session stays: what it held on to would be held on to still.
        await using var session = await database.As("lh_jobs").OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var call = new NpgsqlCommand("call run_job('maintenance')", session);
        var job = call.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await WaitForStepAsync(database);

        await database.Owner.ExecuteAsync(
            // Of this database alone: other tests run the same job.
            $"""
            select {how}(pid) from pg_stat_activity
            where datname = current_database() and query = 'call run_job(''maintenance'')' and pid <> pg_backend_pid()
            """);
        var fault = await Assert.ThrowsAsync<PostgresException>(() => job);
        Assert.Contains(how == "pg_cancel_backend" ? "cancelled" : "terminating", fault.MessageText, StringComparison.Ordinal);
        await database.As("lh_jobs").ExecuteAsync("call run_job('maintenance')");

        var rows = await database.Owner.ListAsync("select outcome || ' ' || detail from job_runs order by id");
        Assert.Equal("succeeded one: done; two: done", rows[1]);
        Assert.Contains(state == "57014" ? "failed one: cancelled" : "failed the session that ran it ended", rows[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_can_neither_stop_a_job_with_locks_nor_forge_its_outcome()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "grant execute on function pg_advisory_lock(int, int), pg_advisory_lock(bigint) to lh_worker");
        await using var tenant = await database.As("lh_worker").OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var locks = new NpgsqlCommand(
            "select pg_advisory_lock(hashtext('loadharness.job'), hashtext(job)), pg_advisory_lock(hashtext(job)) from get_job_status()",
            tenant);
        await locks.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await database.As("lh_jobs").ExecuteAsync("call run_job('renew-api-keys')");
        Assert.Equal(["succeeded"], await database.Owner.ListAsync("select outcome from job_runs"));

        foreach (var role in (string[])["lh_app", "lh_readonly", "lh_worker"])
        {
            foreach (var sql in (string[])
                [
                    "select begin_job_run('maintenance', 'pg_cron')", "select end_job_run(1)", "select run_job_step(1, 0)",
                        "call run_job('maintenance')",
                    "insert into job_runs (job, runner) values ('maintenance', 'x')", "select * from job_runs for update",
                        "do $$ begin lock table scheduled_jobs; end $$",
                ])
            {
                var fault = await Assert.ThrowsAsync<PostgresException>(() => database.As(role).ExecuteAsync(sql));
                Assert.True(fault.SqlState == PostgresErrorCodes.InsufficientPrivilege,
                    $"{role}: {sql}: {fault.SqlState} {fault.MessageText}");
            }
        }
    }

    [Theory]
    [InlineData("update scheduled_jobs set body = 'select loot(), false', stepwise = false")]
    [InlineData("create or replace function auto_renew_api_keys() returns bigint language sql as 'select loot(); select 1::bigint'")]
    [InlineData(
        """
        create or replace function run_job_step(p_run_id bigint, p_step int) returns int language sql
        as 'select loot(); select null::int'
        """)]
    [InlineData(
        """
        create or replace function end_job_run(p_run_id bigint, out failed boolean, out detail text) language sql
        as 'select loot(); select false, null::text'
        """)]
    [InlineData("create function begin_job_run(text, unknown) returns bigint language sql as 'select loot(); select null::bigint'")]
    public async Task No_owner_gains_anything_from_a_job_that_a_superusers_connection_runs(string attack)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("create table stolen (who text, super boolean); grant insert on stolen to public");
        await database.As("lh_owner").ExecuteAsync(
            """
            create function loot() returns void language plpgsql as $$
            begin
                begin execute 'reset role'; exception when others then null; end;
                begin execute 'reset session authorization'; exception when others then null; end;
                insert into public.stolen select current_user, rolsuper from pg_roles where rolname = current_user;
            end $$
            """);
        try
        {
            await database.As("lh_owner").ExecuteAsync(attack);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidFunctionDefinition)
        {
            // PostgreSQL refuses this one itself.
        }

        for (var turn = 0; turn < 2; turn++)
            await new JobRunner(database.Owner, TimeProvider.System)
                .RunAsync(new JobSelection(Name: "renew-api-keys"), SilentProgress.Instance, CancellationToken.None);

        Assert.Empty(await database.Owner.ListAsync("select who from stolen where super"));
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
        Assert.Equal(["BF-3", "BF-4", "JB-1", "JB-2", "JB-3", "JB-4", "JB-5", "SG-2"], first.Select(o => o.Requirement));
        Assert.All(first, o => Assert.Equal(JobStatus.Succeeded, o.Status));
        await database.Owner.ExecuteAsync("update job_runs set started_at = started_at - interval '25 hours' where job = 'maintenance'");
        var second = await runner.RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None);
        Assert.Equal(JobStatus.Succeeded, second.Single(o => o.Job == "maintenance").Status);
        Assert.Equal(JobStatus.NotDue, second.Single(o => o.Job == "create-partitions").Status);
    }

    [Fact]
    public async Task A_client_whose_clock_is_ahead_runs_a_job_once_and_not_again_and_again()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // In five minutes by the server's clock, five minutes ago by the client's.
        await database.Owner.ExecuteAsync(
            """
            update scheduled_jobs
            set schedule = to_char((now() + interval '5 minutes') at time zone 'UTC', 'FMMI FMHH24 * * *')
            where name = 'expire-api-keys'
            """);
        var runner = new JobRunner(database.Owner, new Ahead(TimeSpan.FromMinutes(10)));
        var first = await runner.RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None);
        var second = await runner.RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None);
        Assert.Equal(JobStatus.Succeeded, first.Single(o => o.Job == "expire-api-keys").Status);
        Assert.Equal(JobStatus.NotDue, second.Single(o => o.Job == "expire-api-keys").Status);
    }

    [Fact]
    public async Task An_unknown_job_and_a_database_without_jobs_are_refused_with_the_way_out()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var unknown = await Assert.ThrowsAsync<HarnessException>(
            () => new JobRunner(database.Owner, TimeProvider.System)
            .RunAsync(new JobSelection(Name: "nope"), SilentProgress.Instance, CancellationToken.None));
        Assert.Contains("renew-api-keys", unknown.Message, StringComparison.Ordinal);
        await using var bare = await cluster.CreateDatabaseAsync(SchemaState.Base);
        var missing = await Assert.ThrowsAsync<HarnessException>(
            () => new JobRunner(bare.Owner, TimeProvider.System)
            .RunAsync(JobSelection.Due, SilentProgress.Instance, CancellationToken.None));
        Assert.Contains("migrate", missing.Message, StringComparison.Ordinal);
    }

    private async Task<TestDatabase> WithSlowJobAsync(string work)
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            "update scheduled_jobs set stepwise = true, body = $1 where name = 'maintenance'",
            $"select * from (values ('one', $q$select 'done' from (select {work}) s$q$), ('two', $q$select 'done'$q$)) s");
        return database;
    }

    private static async Task WaitForStepAsync(TestDatabase database)
    {
        while (!await database.Owner.AskAsync<bool>(
            """
            select exists (select from pg_stat_activity
                where datname = current_database() and wait_event in ('PgSleep', 'advisory') and query like 'call run_job%')
            """))
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
