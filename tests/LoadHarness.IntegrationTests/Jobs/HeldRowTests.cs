using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Jobs;

/// <summary>Whatever rows a session of one workspace holds, or however much of its own cannot start: the jobs serve the others.</summary>
public sealed class HeldRowTests(PostgresCluster cluster)
{
    private const string TwelveDue =
        """
        insert into campaigns (workspace_id, name, subject, status, scheduled_at)
        select 1, 'c', 's', 'scheduled', now() - interval '1 day' from generate_series(1, 12)
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select 1 from campaigns where workspace_id = 1 for update")]
    [InlineData("update campaigns set name = 'x' where workspace_id = 1")]
    [InlineData("select 1 from leads where workspace_id = 1 for update")]
    [InlineData("select enqueue_campaign(1, 5)")]
    public async Task Another_workspaces_campaign_starts(string held)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email) values (1, 'a@own.io'), (2, 'a@own.io');
            insert into lead_segments (workspace_id, id, name, conditions)
            select w, w, 's', '{"field":"email","operator":"exists"}' from generate_series(1, 2) w;
            insert into campaigns (workspace_id, id, name, subject, status, scheduled_at, segment_id)
            select w, w * 5, 'c', 's', 'scheduled', now() - interval '1 day', w from generate_series(1, 2) w;
            """);
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync(held);
            await database.Owner.ExecuteAsync("call run_job('start-campaigns')");
        }

        Assert.Equal("scheduled,sending",
            await database.Owner.AskAsync<string>("select string_agg(status, ',' order by id) from campaigns"));
        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");
        Assert.Equal("sending,sending", await database.Owner.AskAsync<string>("select string_agg(status, ',' order by id) from campaigns"));
    }

    [Fact]
    public async Task More_broken_campaigns_than_a_call_starts_keep_nobody_waiting()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(TwelveDue);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email) values (2, 'a@own.io');
            insert into campaigns (workspace_id, id, name, subject) values (2, 99, 'c', 's');
            """);
        await app.In(2).ScalarAsync<string>("select schedule_campaign($1, 99, p_everybody => true)", [], Stop);

        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");

        Assert.Equal("sending", await database.Owner.AskAsync<string>("select status from campaigns where id = 99"));
    }

    [Fact]
    public async Task Keys_of_others_expire_and_are_renewed_while_one_is_in_use()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var used = await app.ScalarAsync<string>("select api_key from create_api_key($1, 'k', now() + interval '1 hour', true)", [], Stop);
        await app.In(2).ScalarAsync<string>("select api_key from create_api_key($1, 'k', now() + interval '1 hour', true)", [], Stop);
        await app.In(2).ScalarAsync<string>("select api_key from create_api_key($1, 'k', now() + interval '1 hour')", [], Stop);
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync("select * from verify_api_key($1)", used!);
            await database.Owner.ExecuteAsync("set lock_timeout = '2s'; select auto_renew_api_keys()");
            await database.Owner.ExecuteAsync("update api_keys set expires_at = now() - interval '1 hour' where not auto_renew");
            await database.Owner.ExecuteAsync("set lock_timeout = '2s'; select expire_api_keys()");
        }

        Assert.Equal("1 active false,2 active true,2 expired false", await database.Owner.AskAsync<string>(
            """
            select string_agg(concat_ws(' ', workspace_id, status, renewed::text), ',' order by id)
            from (select *, expires_at > now() + interval '2 days' as renewed from api_keys) k
            """));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select auto_renew_api_keys()"));
    }

    [Fact]
    public async Task Imports_that_nobody_finished_are_pruned_beside_one_that_a_session_works_on()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'file')", [], Stop);
        await app.ScalarAsync<long>("select begin_lead_import($1, 'forgotten')", [], Stop);
        await database.Owner.ExecuteAsync("update lead_imports set created_at = now() - interval '8 days'");
        await using var session = await OpenTransaction.BeginAsync(app, Stop);
        await session.ActAsync("insert into lead_import_rows (import_id, row_number, email) values ($1, 1, 'a@own.io')", import);
        await session.ActAsync("select * from finish_lead_import(1, $1)", import);

        Assert.Equal(1, await database.Owner.AskAsync<long>("set lock_timeout = '2s'; select prune_lead_imports()"));

        await session.CommitAsync();
        Assert.Equal("finished,cancelled",
            await database.Owner.AskAsync<string>("select string_agg(status, ',' order by id) from lead_imports"));
    }

    [Fact]
    public async Task A_month_with_many_stray_rows_is_left_to_a_call_by_hand()
    {
        const string strays = "select row_count from check_default_partitions() where partition::text like 'lead%'";
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_activities (workspace_id, lead_id, activity_type, created_at)
            select 1, id, 'x', date_trunc('month', now()) - make_interval(months => 30 + (g = 0)::int) + interval '1 day'
            from leads cross join generate_series(0, 1001) g
            """);

        await database.Owner.ExecuteAsync("call run_job('create-partitions')");

        Assert.Equal(1001, await database.Owner.AskAsync<long>(strays));
        Assert.Contains("many rows", await database.Owner.AskAsync<string>("select detail from job_runs"), StringComparison.Ordinal);
        await database.Owner.ExecuteAsync("select create_monthly_partitions()");
        Assert.Equal(0, await database.Owner.AskAsync<long>(strays));
    }

    /// <summary>A database whose jobs nobody scheduled: its current month has all rows of weeks.</summary>
    [Fact]
    public async Task The_current_month_with_many_rows_is_left_to_a_call_by_hand_too_and_told()
    {
        const string held = "select row_count from check_default_partitions() where partition::text like 'lead%'";
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);
        await database.Owner.ExecuteAsync(
            """
            do $$
            begin
                execute (
                    select format('drop table %s', string_agg(partition::text, ', '))
                    from partition_bounds('lead_activities') where not is_default and to_at > now());
            end
            $$;
            insert into lead_activities (workspace_id, lead_id, activity_type, created_at)
            select 1, id, 'x', now() from leads cross join generate_series(0, 1001) g;
            """);

        var failed = await Assert.ThrowsAsync<PostgresException>(() => database.Owner.ExecuteAsync("call run_job('create-partitions')"));

        Assert.Contains("many rows", failed.MessageText, StringComparison.Ordinal);
        Assert.Equal(1002, await database.Owner.AskAsync<long>(held));
        Assert.Equal("failed", await database.Owner.AskAsync<string>("select outcome from job_runs"));
        Assert.Equal(24, await database.Owner.AskAsync<long>(
            "select count(*) from partition_bounds('lead_activities') where not is_default and from_at > now()"));
        await database.Owner.ExecuteAsync("select create_monthly_partitions()");
        Assert.Equal(0, await database.Owner.AskAsync<long>(held));
    }

    [Fact]
    public async Task A_step_that_waits_for_a_forgotten_transaction_gives_up()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Equal("30s", await database.Owner.AskAsync<string>(
            """
            select split_part(setting, '=', 2)
            from pg_proc cross join unnest(proconfig) as setting
            where oid = 'run_job_step(bigint, int)'::regprocedure and setting like 'lock_timeout=%'
            """));
    }

    [Fact]
    public async Task A_workspace_is_deleted_beside_a_transaction_of_its_own_without_a_deadlock()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 3);
        await database.Owner.ExecuteAsync("insert into campaigns (workspace_id, id, name, subject) values (1, 5, 'c', 's')");
        Task<bool> deleting;
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync("update campaigns set name = 'x' where workspace_id = 1 and id = 5");
            deleting = DeleteAsync(app);
            await OpenTransaction.UntilOneWaitsAsync(database, deleting);
            await session.ActAsync("insert into campaigns (workspace_id, name, subject) values (1, 'n', 's')");
            await session.CommitAsync();
        }

        await deleting;
        while (await database.Owner.AskAsync<bool>("select exists (select from workspaces where id = 1)")) await DeleteAsync(app);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from leads where workspace_id = 1"));
    }

    private static Task<bool> DeleteAsync(TenantDatabase app) =>
        app.ScalarAsync<bool>("select done from delete_workspace($1)", [], Stop);
}
