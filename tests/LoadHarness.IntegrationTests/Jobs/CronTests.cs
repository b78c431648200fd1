using LoadHarness.Checks.Health;
using LoadHarness.Checks.Verification;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Verdicts;
using LoadHarness.IntegrationTests.Health;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Jobs;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Jobs;

public sealed class CronTests(PostgresCluster cluster)
{
    /// <summary>JB-1 to JB-5, and the two of each minute: campaigns that are due, and the upkeep of sends.</summary>
    private const long Jobs = 8;

    // A tick of pg_cron in the meantime would add runs of its own.
    private const string Rarely = "update scheduled_jobs set schedule = '0 0 29 2 *'";

    private const string JobsByUser = "select username || ' ' || count(*) from cron.job group by username order by username";

    private const string MadePgCron = "select count(*) from loadharness.created_object where (kind, name) = ('extension', 'pg_cron')";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jobs_are_scheduled_once_and_their_own_commands_succeed_as_their_user()
    {
        await using var database = await CronDatabaseAsync();
        await database.Owner.ExecuteAsync(Rarely);
        Assert.Equal(Jobs, await database.Owner.AskAsync<long>("select count(*) from schedule_jobs() where scheduled"));
        await JobScheduler.ScheduleAsync(database.ConnectionString, CancellationToken.None);
        Assert.Equal(Jobs, await database.Owner.AskAsync<long>("select count(*) from cron.job"));
        foreach (var job in await database.Owner.ListAsync("select username || '|' || command from cron.job order by jobid"))
        {
            var (user, command) = job.Split('|') is [var u, var c] ? (u, c) : ("", "");
            await database.As(user).ExecuteAsync(command);
        }

        Assert.Equal(Jobs, await database.Owner.AskAsync<long>("select count(*) from job_runs where outcome = 'succeeded'"));
        Assert.Equal(Jobs, await database.Owner.AskAsync<long>("select unschedule_jobs()"));
    }

    [Fact]
    public async Task A_real_tick_of_pg_cron_runs_a_job_and_succeeds()
    {
        await using var database = await CronDatabaseAsync();
        await database.Owner.ExecuteAsync("update scheduled_jobs set schedule = '* * * * *' where name = 'refresh-analytics'");
        await database.Owner.ExecuteAsync("select schedule_jobs()");
        // Of this job alone: at the same tick others begin, which may take longer.
        const string ended = "from cron.job_run_details where command like '%refresh-analytics%' and status in ('succeeded', 'failed')";
        var limit = DateTime.UtcNow.AddMinutes(10);
        while (DateTime.UtcNow < limit && await database.Owner.AskAsync<long>($"select count(*) {ended}") == 0)
            await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(["succeeded"], await database.Owner.ListAsync($"select status {ended} order by runid limit 1"));
        Assert.Equal(["succeeded pg_cron"], await database.Owner.ListAsync(
            "select outcome || ' ' || runner from job_runs where job = 'refresh-analytics' order by id limit 1"));
    }

    [Fact]
    public async Task A_job_of_pg_cron_that_runs_too_long_is_found_by_health_and_cancelled()
    {
        await using var database = await CronDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync("select cron.schedule('long', '* * * * *', 'select pg_sleep(600) as long_job')");
        const string running = "select count(*) from cron.job_run_details where command like '%long_job' and status = 'running'";
        var limit = DateTime.UtcNow.AddMinutes(10);
        while (DateTime.UtcNow < limit && await database.Owner.AskAsync<long>(running) == 0) await Task.Delay(500, Stop);
        var limits = new HealthLimits { Of = new Dictionary<string, (double, double)> { ["long-transaction"] = (0.5, 3600) } };

        var finding = await FaultFinding.FindAsync(database.Owner, "long-transaction", HealthStatus.Yellow, "session", limits);

        Assert.Contains("long_job", finding.Detail, StringComparison.Ordinal);
        await FaultFinding.FixAsync(database.Owner, "long-transaction", finding, limits);
    }

    [Fact]
    public async Task A_launcher_that_has_ended_is_found_by_health()
    {
        await using var database = await CronDatabaseAsync();
        await FaultFinding.AssertGoneAsync(database.Owner, "jobs", "pg_cron launcher");
        Assert.True(await database.Owner.AskAsync<bool>(
            "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_cron launcher'"));
        await FaultFinding.FindAsync(database.Owner, "jobs", HealthStatus.Red, "pg_cron launcher");
    }

    [Fact]
    public async Task Pg_crons_own_history_is_pruned()
    {
        await using var database = await CronDatabaseAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time)
            values (1, 100001, current_database(), current_user, 'x', 'succeeded', now() - interval '40 days',
                now() - interval '40 days')
            """);
        Assert.Equal(1, await database.Owner.AskAsync<long>("select prune_job_history()"));
    }

    [Fact]
    public async Task Without_pg_cron_scheduling_tells_the_way_to_get_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from schedule_jobs() where scheduled or detail is null"));
    }

    [Fact]
    public async Task A_failed_job_is_red_for_a_login_that_may_not_read_where_pg_cron_lives()
    {
        await using var database = await CronDatabaseAsync();
        await database.Owner.ExecuteAsync(
            "insert into job_runs (job, runner, outcome, detail, finished_at) values ('maintenance', 'test', 'failed', 'broken', now())");
        var told = await FaultFinding.LookAsync(database.As("lh_jobs"), "jobs");
        Assert.True(told.Status == HealthStatus.Red, $"{told.Status}: {told.Evidence}");
        Assert.Contains("broken", told.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_may_not_use_an_administrators_pg_cron_migrates_and_is_told_the_grant()
    {
        await using var database = await CronDatabaseAsync(SchemaState.Empty);
        await database.Owner.ExecuteAsync(
            "create role service login createrole password 'plain'; alter database postgres owner to service");
        var login = LoginOf(database, "service");
        await using var service = NpgsqlDataSource.Create(login);
        var migrator = new Migrator(service);
        await migrator.BuildAsync(SilentProgress.Instance, Stop);
        await database.Owner.ExecuteAsync(Rarely);

        const string grant = "grant usage on schema cron to service;";
        Assert.Equal(Jobs, await service.AskAsync<long>("select count(*) from schedule_jobs() where not scheduled and detail like $1",
            $"%{grant}"));
        Assert.All(await JobScheduler.ScheduleAsync(login, Stop), job => Assert.Equal((false, true),
            (job.Scheduled, job.Detail.EndsWith(grant, StringComparison.Ordinal))));
        await RequireUnavailableAsync(service, grant[..^1].Replace("service", "this login", StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<HarnessException>(() => migrator.DownAsync(SilentProgress.Instance, Stop));
        Assert.Contains(grant, refused.Message, StringComparison.Ordinal);
        Assert.Equal(Jobs, await database.Owner.AskAsync<long>("select count(*) from scheduled_jobs"));

        await database.Owner.ExecuteAsync(grant);
        Assert.All(await JobScheduler.ScheduleAsync(login, Stop), job => Assert.True(job.Scheduled, job.Detail));
        Assert.Equal([$"service {Jobs}"], await database.Owner.ListAsync(JobsByUser));
        await migrator.DownAsync(SilentProgress.Instance, Stop);
        Assert.Empty(await database.Owner.ListAsync(JobsByUser));

        await migrator.UpAsync(SilentProgress.Instance, Stop);
        Assert.Equal([$"service {Jobs}"], await database.Owner.ListAsync(JobsByUser));
    }

    [Fact]
    public async Task Jobs_of_another_database_are_given_to_pg_cron_taken_back_and_their_history_is_pruned()
    {
        await using var home = await CronDatabaseAsync(SchemaState.Empty);
        var crm = await MakeOtherAsync(home);
        await using var owner = NpgsqlDataSource.Create(crm);
        Assert.All(await JobScheduler.ScheduleAsync(crm, Stop), job => Assert.True(job.Scheduled, job.Detail));
        await home.Owner.ExecuteAsync(
            """
            insert into cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time)
            select 1, 100000 + row_number() over (), d.name, 'lh_jobs', 'x', 'succeeded', now() - d.age, now() - d.age
            from (values ('crm', interval '40 days'), ('crm', interval '1 day'), ('postgres', interval '40 days')) as d (name, age)
            """);
        await JobScheduler.ScheduleAsync(crm, Stop);
        Assert.Equal(["crm", "postgres"], await home.Owner.ListAsync(
            "select database from cron.job_run_details where command = 'x' order by database"));
        Assert.Equal([$"lh_jobs {Jobs}"], await home.Owner.ListAsync(JobsByUser));

        await new Migrator(owner).DownAsync(SilentProgress.Instance, Stop);
        Assert.Equal(new UnscheduledJobs(Jobs, null), await JobScheduler.UnscheduleAsync(crm, Stop));
        Assert.Empty(await home.Owner.ListAsync(JobsByUser));
        Assert.Equal(new UnscheduledJobs(0, null), await JobScheduler.UnscheduleAsync(crm, Stop));
    }

    [Fact]
    public async Task Who_is_no_superuser_is_told_the_rights_on_pg_crons_database_and_what_takes_back_the_jobs_of_others()
    {
        await using var home = await CronDatabaseAsync(SchemaState.Empty);
        await home.Owner.ExecuteAsync("create role service login password 'plain'");
        var crm = await MakeOtherAsync(home);
        await using (var owner = NpgsqlDataSource.Create(crm))
            await owner.ExecuteAsync("grant usage on schema public to service; grant select on scheduled_jobs to service");
        var login = LoginOf(home, "service", "crm");
        await JobScheduler.ScheduleAsync(crm, Stop);

        Assert.Contains("pg_read_all_settings", await DetailAsync(login), StringComparison.Ordinal);
        Assert.StartsWith("In pg_cron's database, ", (await JobScheduler.UnscheduleAsync(login, Stop)).Remedy!, StringComparison.Ordinal);
        await home.Owner.ExecuteAsync("grant pg_read_all_settings to service");
        const string said = "In the database postgres, as a superuser: ";
        var detail = await DetailAsync(login);
        Assert.StartsWith(said, detail, StringComparison.Ordinal);
        await home.Owner.ExecuteAsync(detail[said.Length..]);
        Assert.All(await JobScheduler.ScheduleAsync(login, Stop), job => Assert.True(job.Scheduled, job.Detail));

        var own = await JobScheduler.UnscheduleAsync(login, Stop);
        Assert.Equal(Jobs, own.Removed);
        Assert.Equal([$"lh_jobs {Jobs}"], await home.Owner.ListAsync(JobsByUser));
        Assert.StartsWith(said, own.Remedy!, StringComparison.Ordinal);
        await home.Owner.ExecuteAsync(own.Remedy![said.Length..]);
        Assert.Empty(await home.Owner.ListAsync(JobsByUser));
    }

    [Fact]
    public async Task A_rollback_leaves_pg_cron_that_the_migration_made_to_the_jobs_of_others()
    {
        await using var database = await CronDatabaseAsync();
        Assert.Equal(1, await database.Owner.AskAsync<long>(MadePgCron));
        await database.Owner.ExecuteAsync(Rarely);
        await database.Owner.ExecuteAsync("select cron.schedule_in_database('nightly', '0 0 29 2 *', 'vacuum', 'template1')");
        var migrator = new Migrator(database.Owner);
        var told = new Notes();

        await migrator.DownAsync(told, Stop);

        Assert.Contains(told.Sentences, sentence => sentence.Contains("The extension pg_cron stays", StringComparison.Ordinal)
            && sentence.Contains("a job of others", StringComparison.Ordinal));
        Assert.Equal(["nightly"], await database.Owner.ListAsync("select jobname from cron.job"));

        await migrator.UpAsync(SilentProgress.Instance, Stop);
        Assert.Equal(Jobs + 1, await database.Owner.AskAsync<long>("select count(*) from cron.job"));
    }

    [Fact]
    public async Task A_rollback_drops_pg_cron_that_the_migration_made_with_the_schemas_jobs_of_any_role()
    {
        await using var database = await CronDatabaseAsync();
        Assert.Equal(1, await database.Owner.AskAsync<long>(MadePgCron));
        await database.Owner.ExecuteAsync(Rarely);
        await database.Owner.ExecuteAsync("create role earlier login");
        await database.Owner.ExecuteAsync(
            """
            select cron.schedule_in_database('earlier', '0 0 29 2 *', 'call public.run_job(''maintenance'')',
                current_database()::text, 'earlier')
            """);

        await new Migrator(database.Owner).DownAsync(SilentProgress.Instance, Stop);

        Assert.Empty(await database.Owner.ListAsync("select extname from pg_extension where extname = 'pg_cron'"));
    }

    /// <summary>The schema in a database where pg_cron does not live.</summary>
    private static async Task<string> MakeOtherAsync(TestDatabase home)
    {
        await home.Owner.ExecuteAsync("create database crm");
        var crm = new NpgsqlConnectionStringBuilder(home.ConnectionString) { Database = "crm" }.ConnectionString;
        await using var owner = NpgsqlDataSource.Create(crm);
        await SchemaTemplates.BuildAsync(owner, SchemaState.Optimized);
        await owner.ExecuteAsync(Rarely);
        return crm;
    }

    private static string LoginOf(TestDatabase database, string role, string name = "postgres") =>
        new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = name, Username = role, Password = "plain" }
            .ConnectionString;

    private static async Task RequireUnavailableAsync(NpgsqlDataSource source, string remedy)
    {
        await using var connection = await source.OpenConnectionAsync(Stop);
        var shape = await ClusterShape.ReadAsync(connection, Stop);
        foreach (var check in SqlCheck.Shipped.Where(check => check.Needs == "cron.job"))
        {
            var verdict = await CheckRunner.RunAsync(connection, check, shape, Stop);
            Assert.True(verdict.Kind == VerdictKind.Unavailable, $"{check.Id}: {verdict.Kind} {verdict.Evidence}");
            Assert.Contains(remedy, verdict.Evidence, StringComparison.Ordinal);
        }
    }

    private static async Task<string> DetailAsync(string login)
    {
        var jobs = await JobScheduler.ScheduleAsync(login, Stop);
        Assert.All(jobs, job => Assert.False(job.Scheduled));
        return jobs[0].Detail;
    }

    private async Task<TestDatabase> CronDatabaseAsync(SchemaState state = SchemaState.Optimized)
    {
        var database = await cluster.CreateCronDatabaseAsync(state);
        try
        {
            var there = await database.Owner.AskAsync<bool>(
                "select current_setting('cron.database_name', true) is not distinct from current_database()::text");
            Require.Present(there ? null : $"pg_cron is not loaded by the test server. {JobScheduler.Remedy}");
            await database.Owner.ExecuteAsync("create extension if not exists pg_cron");
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }
}
