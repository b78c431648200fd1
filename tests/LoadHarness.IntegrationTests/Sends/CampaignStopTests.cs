using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Sends;

public sealed class CampaignStopTests(PostgresCluster cluster)
{
    private const string Start = "select coalesce(sum(recipients), 0)::bigint from start_due_campaigns()";
    private const string Add = "select total_scheduled from bulk_schedule_email_sends(5, 1)";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select pause_campaign($1, 5)", "paused scheduled")]
    [InlineData("select cancel_campaign($1, 5)", "cancelled scheduled")]
    [InlineData("select count(*)::text from claim_email_sends($1, 5, 'w')", "sent scheduled")]
    [InlineData("select done::text from delete_workspace($1, 100)", "")]
    public async Task A_done_campaign_with_a_new_send_is_stopped_beside_another_one_of_its_segment_and_window(string stop, string states)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithDoneCampaignAsync(database);

        await app.ScalarAsync<string>(stop, [], Stop);

        Assert.Equal(states, await database.Owner.AskAsync<string>(
            "select coalesce(string_agg(status, ' ' order by id), '') from campaigns"));
    }

    [Fact]
    public async Task A_done_campaign_takes_no_recipients_beside_another_one_and_without_sends_that_wait_it_stays_done()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithDoneCampaignAsync(database);

        Assert.Equal("LH010", await Workspaces.SqlStateOfAsync(app, "select total_scheduled from bulk_schedule_email_sends(5, $1)"));
        await database.Owner.ExecuteAsync("delete from email_sends");
        foreach (var stop in (string[])["pause_campaign($1, 5)", "cancel_campaign($1, 5)"])
            Assert.Equal("LH010", await Workspaces.SqlStateOfAsync(app, $"select {stop}"));
    }

    [Fact]
    public async Task A_campaign_is_paused_and_cancelled_while_recipients_are_added_and_waits_for_none_of_them()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 4_000);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var held = await HoldAsync(database, holder);
        var scheduling = app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        await OpenTransaction.UntilOneWaitsAsync(database, scheduling);

        foreach (var stop in (string[])["pause_campaign", "cancel_campaign"])
            await app.ScalarAsync<string>($"select {stop}($1, 5) from set_config('lock_timeout', '60s', true)", [], Stop);

        Assert.False(scheduling.IsCompleted, "the scheduling was not held");
        await held.RollbackAsync(Stop);
        Assert.Equal("LH007", (await Assert.ThrowsAsync<PostgresException>(() => scheduling)).SqlState);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
    }

    [Theory]
    [InlineData(Start, "status = 'draft'", 0)]
    [InlineData(Start, "scheduled_at = now() + interval '1 hour'", 0)]
    [InlineData(Start, "segment_id = 8", 1)]
    [InlineData(Add, "status = 'draft'", 0)]
    [InlineData(Add, "scheduled_at = now() + interval '1 hour'", 0)]
    [InlineData(Add, "segment_id = 8", 1)]
    public async Task A_scheduled_campaign_that_is_changed_while_recipients_are_added_gets_none_of_them(
        string add, string change, long due)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithScheduledCampaignAsync(database);
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var held = await HoldAsync(database, holder);
        var adding = database.Owner.AskInAsync<long>(1, add);
        await OpenTransaction.UntilOneWaitsAsync(database, adding);

        await database.Owner.ExecuteAsync($"set lock_timeout = '60s'; update campaigns set {change} where id = 5");

        Assert.False(adding.IsCompleted, "the scheduling was not held");
        await held.RollbackAsync(Stop);
        Assert.Equal("LH007", (await Assert.ThrowsAsync<PostgresException>(() => adding)).SqlState);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
        Assert.Equal(due, await database.Owner.AskAsync<long>(Start));
    }

    [Fact]
    public async Task The_job_starts_the_others_when_a_campaign_is_taken_back_while_its_recipients_are_added()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithScheduledCampaignAsync(database);
        await database.Owner.ExecuteAsync(
            "insert into campaigns (id, workspace_id, name, subject, segment_id) values (6, 1, 'c', 's', 8)");
        await app.ScalarAsync<string>("select schedule_campaign($1, 6)", [], Stop);
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var held = await HoldAsync(database, holder);
        var job = database.Owner.ExecuteAsync("call run_job('start-campaigns')");
        await OpenTransaction.UntilOneWaitsAsync(database, job);

        await database.Owner.ExecuteAsync("set lock_timeout = '60s'; update campaigns set status = 'draft' where id = 5");

        Assert.False(job.IsCompleted, "the job was not held");
        await held.RollbackAsync(Stop);
        await job;
        Assert.Equal("5 draft 0, 6 sending 1", await database.Owner.AskAsync<string>(
            """
            select string_agg(concat_ws(' ', c.id, c.status, (select count(*) from email_sends s where s.campaign_id = c.id)), ', '
                order by c.id)
            from campaigns c
            """));
        Assert.Equal("succeeded", await database.Owner.AskAsync<string>("select outcome from job_runs order by id desc limit 1"));
    }

    // In the middle of its work a scheduling waits until the transaction ends: whatever waits for it waits for ever.
    private static async Task<NpgsqlTransaction> HoldAsync(TestDatabase database, NpgsqlConnection holder)
    {
        await database.Owner.ExecuteAsync(
            """
            create sequence added;
            grant usage on added to public;
            create function hold() returns trigger language plpgsql set lock_timeout = '60s' as $$
            begin
                if nextval('public.added') = 1500 then perform pg_advisory_xact_lock(4711); end if;
                return new;
            end $$;
            create trigger hold before insert on email_sends for each row execute function hold()
            """);
        var held = await holder.BeginTransactionAsync(Stop);
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock(4711)", holder);
        await hold.ExecuteNonQueryAsync(Stop);
        return held;
    }

    private static async Task<TenantDatabase> WithScheduledCampaignAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 4_000);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_segments (id, workspace_id, name, conditions)
            values (7, 1, 'all', '{"field":"email","operator":"starts_with","value":"lead"}'),
                (8, 1, 'one', '{"field":"email","operator":"contains","value":"lead1@"}');
            insert into campaigns (id, workspace_id, name, subject, segment_id) values (5, 1, 'c', 's', 7);
            """);
        await app.ScalarAsync<string>("select schedule_campaign($1, 5)", [], Stop);
        return app;
    }

    private static async Task<TenantDatabase> WithDoneCampaignAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 2);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_segments (id, workspace_id, name, conditions)
            values (7, 1, 's', '{"field":"email","operator":"starts_with","value":"lead"}');
            insert into campaigns (id, workspace_id, name, subject, status, segment_id, send_window)
            select id, 1, 'c', 's', status, 7, tstzrange(now(), now() + interval '1 day')
            from (values (5, 'sent'), (6, 'scheduled')) as c (id, status);
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select 1, 5, id, email from leads where id = 1
            """);
        return app;
    }
}
