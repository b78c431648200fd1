using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>Campaigns are a state machine, and nothing is handed out that it does not let out.</summary>
public sealed class CampaignLifeCycleTests(PostgresCluster cluster)
{
    private static readonly string[] Statuses = ["draft", "scheduled", "sending", "paused", "cancelled", "sent"];

    private static readonly string[] Allowed =
    [
        "draft scheduled", "draft sending", "draft paused", "draft cancelled",
        "scheduled draft", "scheduled sending", "scheduled paused", "scheduled cancelled",
        "sending scheduled", "sending paused", "sending cancelled", "sending sent",
        "paused draft", "paused scheduled", "paused sending", "paused cancelled", "sent sending",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_of_status_by_a_direct_update_is_allowed_or_refused_by_the_one_table()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        foreach (var (from, to) in Statuses.SelectMany(from => Statuses.Where(to => to != from), (from, to) => (from, to)))
        {
            var campaign = await app.ScalarAsync<long>(
                "insert into campaigns (workspace_id, name, subject, status) values ($1, 'c', 's', $2) returning id", [from], Stop);
            const string change = "update campaigns set status = $3 where workspace_id = $1 and id = $2 returning status";
            if (Allowed.Contains($"{from} {to}")) Assert.Equal(to, await app.ScalarAsync<string>(change, [campaign, to], Stop));
            else Assert.Equal("LH010", await Workspaces.SqlStateOfAsync(app, change, campaign, to));
        }
    }

    [Theory]
    [InlineData("update campaigns set status = 'paused'")]
    [InlineData("update campaigns set status = 'cancelled'")]
    [InlineData("select pause_campaign(1, 5)")]
    [InlineData("select cancel_campaign(1, 5)")]
    [InlineData("update campaigns set scheduled_at = now() + interval '1 hour'")]
    [InlineData("update campaigns set send_window = tstzrange(now() + interval '1 hour', now() + interval '2 hours')")]
    [InlineData("update campaigns set send_window = tstzrange(now() - interval '2 hours', now() - interval '1 hour')")]
    [InlineData("update leads set status = 'unsubscribed'")]
    [InlineData("update leads set status = 'bounced'")]
    [InlineData("update leads set status = 'complained'")]
    [InlineData("select delete_workspace(1, 1)")]
    public async Task Nothing_is_handed_out_after(string change)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 10);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        Assert.Equal(3, await ClaimAsync(app, 3));

        await ActAsync(app, change);

        Assert.Equal(0, await ClaimAsync(app, 100));
    }

    [Fact]
    public async Task A_done_campaign_that_got_a_send_since_mails_nothing_while_its_workspace_is_deleted()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 4);
        await database.Owner.ExecuteAsync(
            """
            update campaigns set status = 'sending';
            update campaigns set status = 'sent';
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select 1, 5, id, email from leads;
            """);

        await ActAsync(app, "select delete_workspace(1, 1)");

        Assert.Equal(0, await ClaimAsync(app, 100));
        Assert.Equal("cancelled", await StatusAsync(database));
    }

    [Theory]
    [InlineData("scheduled_at = now() + interval '1 hour'")]
    [InlineData("send_window = tstzrange(now() + interval '1 hour', now() + interval '2 hours')")]
    public async Task A_campaign_with_a_later_time_or_window_stays_scheduled_until_then(string later)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 4);
        await database.Owner.ExecuteAsync($"update campaigns set {later}");
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        Assert.Equal("scheduled", await StatusAsync(database));
        Assert.Equal(0, await ClaimAsync(app, 10));

        await database.Owner.ExecuteAsync("update campaigns set scheduled_at = now() - interval '1 second', send_window = null");

        Assert.Equal(4, await ClaimAsync(app, 10));
        Assert.Equal("sending", await StatusAsync(database));
    }

    [Fact]
    public async Task A_scheduled_campaign_is_started_with_the_recipients_of_its_segment_when_it_is_due()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 6);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_segments (id, workspace_id, name, conditions)
            values (7, 1, 's', '{"field":"email","operator":"contains","value":"lead1@"}');
            update campaigns set segment_id = 7;
            """);
        await app.ScalarAsync<string>("select schedule_campaign($1, 5, now() + interval '1 hour')", [], Stop);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from start_due_campaigns()"));
        Assert.False(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));

        await app.ScalarAsync<string>("select schedule_campaign($1, 5)", [], Stop);
        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");

        Assert.Equal("sending", await StatusAsync(database));
        Assert.Equal("lead1@own.io", await database.Owner.AskAsync<string>("select string_agg(email, ',') from email_sends"));
    }

    [Fact]
    public async Task A_scheduled_campaign_that_is_made_a_draft_again_goes_to_those_alone_that_are_added_then()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 3);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_segments (id, workspace_id, name, conditions)
            values (7, 1, 's', '{"field":"email","operator":"starts_with","value":"lead"}');
            update campaigns set segment_id = 7;
            """);
        await app.ScalarAsync<string>("select schedule_campaign($1, 5)", [], Stop);
        await app.ScalarAsync<string>("update campaigns set status = 'draft' where workspace_id = $1 returning status", [], Stop);

        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1, array[2]::bigint[])", [], Stop);
        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");

        Assert.Equal("2", await database.Owner.AskAsync<string>("select string_agg(lead_id::text, ',') from email_sends"));
        Assert.Equal("sending", await StatusAsync(database));
    }

    [Theory]
    [InlineData("draft", "now() + interval '1 hour'", "select pause_campaign(1, 5)", "draft", 0)]
    [InlineData("draft", "now() - interval '1 hour'", "select pause_campaign(1, 5)", "draft", 0)]
    [InlineData("draft", "now() - interval '1 hour'", "update campaigns set status = 'paused'", "draft", 0)]
    [InlineData("scheduled", "now() + interval '1 hour'", "select pause_campaign(1, 5)", "scheduled", 0)]
    [InlineData("scheduled", "now() - interval '1 hour'", "select pause_campaign(1, 5)", "scheduled", 3)]
    public async Task A_campaign_is_resumed_as_what_it_was_paused_as_whatever_its_time(
        string status, string time, string pause, string resumed, long sends)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 3);
        await database.Owner.ExecuteAsync(
            $$"""
            insert into lead_segments (id, workspace_id, name, conditions)
            values (7, 1, 's', '{"field":"email","operator":"starts_with","value":"lead"}');
            update campaigns set segment_id = 7, scheduled_at = {{time}};
            update campaigns set status = '{{status}}' where status <> '{{status}}';
            """);

        await ActAsync(app, pause);

        Assert.Equal(resumed, await app.ScalarAsync<string>("select resume_campaign($1, 5)", [], Stop));
        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");
        Assert.Equal(sends, await database.Owner.AskAsync<long>("select count(*) from email_sends"));
    }

    [Fact]
    public async Task A_scheduled_campaign_whose_last_recipient_was_erased_starts_and_is_done()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 1);
        await database.Owner.ExecuteAsync("update campaigns set scheduled_at = now() + interval '1 hour'");
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        await app.ScalarAsync<string>("select erase_lead($1, 1)::text", [], Stop);
        await database.Owner.ExecuteAsync("update campaigns set scheduled_at = now()");

        Assert.Equal(["0 recipients, "], await database.Owner.ListAsync(
            "select recipients || ' recipients, ' || coalesce(problem, '') from start_due_campaigns()"));
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
    }

    [Fact]
    public async Task Leads_that_the_application_numbers_below_zero_get_the_campaign_too()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 2);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, id, email)
            values (1, -7, 'below@own.io'), (1, -4611686018427387904, 'lowest@own.io'), (1, 4611686018427387903, 'highest@own.io')
            """);
        Assert.Equal(5, await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop));
    }

    [Fact]
    public async Task One_tenants_broken_segment_does_not_keep_anothers_campaign_from_starting()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 2);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_segments (id, workspace_id, name, conditions)
            values (8, 2, 's', '{"field":"nope","operator":"equals","value":1}');
            insert into campaigns (workspace_id, name, subject, segment_id, status, scheduled_at)
            values (2, 'c', 's', 8, 'scheduled', now() - interval '1 day');
            """);
        await app.ScalarAsync<string>("select schedule_campaign($1, 5, p_everybody => true)", [], Stop);

        var problems = await database.Owner.ListAsync(
            "select concat_ws(' ', workspace_id, recipients, left(problem, 8)) from start_due_campaigns() order by workspace_id");

        Assert.Equal(["1 2", "2 0 campaign"], problems);
        Assert.Equal("sending", await StatusAsync(database));
    }

    [Theory]
    [InlineData("LH004", "select schedule_campaign($1, 5)")]
    [InlineData("LH004", "select schedule_campaign($1, 5, null)")]
    [InlineData("LH004", "select schedule_campaign($1, 5, 'infinity', p_everybody => true)")]
    [InlineData("LH004", "select schedule_campaign($1, 5, p_send_window => 'empty', p_everybody => true)")]
    [InlineData("LH004", "select schedule_campaign($1, 5, p_send_window => '[2001-01-01,2001-01-02)', p_everybody => true)")]
    [InlineData(
        "LH004", "select total_scheduled from bulk_schedule_email_sends(5, $1, (select conditions from lead_segments where id = -1))")]
    [InlineData("LH007", "select pause_campaign($1, 999)")]
    [InlineData("LH010", "select resume_campaign($1, 5)")]
    [InlineData("LH001", "select cancel_campaign($1 + 1, 5)")]
    public async Task What_makes_no_sense_is_refused_by_name(string state, string statement)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 1);

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, statement));
    }

    [Fact]
    public async Task A_paused_campaign_takes_recipients_and_hands_each_out_once_after_it_is_resumed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 8);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1, array[1, 2, 3]::bigint[])", [], Stop);
        await app.ScalarAsync<string>("select pause_campaign($1, 5)", [], Stop);

        Assert.Equal(5, await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop));
        Assert.Equal(0, await ClaimAsync(app, 100));
        Assert.Equal("sending", await app.ScalarAsync<string>("select resume_campaign($1, 5)", [], Stop));
        Assert.Equal(8, await ClaimAsync(app, 100));
    }

    [Fact]
    public async Task Sent_means_that_all_are_done_also_when_the_application_says_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database, leads: 2);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        Assert.Equal("LH010", await Workspaces.SqlStateOfAsync(app, "update campaigns set status = 'sent' where workspace_id = $1"));

        await database.Owner.ExecuteAsync("update leads set status = 'unsubscribed' where id = 1");
        Assert.Equal(1, await ClaimAsync(app, 10));
        Assert.False(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
        await app.ScalarAsync<long>(
            "select mark_email_sends_sent($1, 5, array(select id from email_sends where status = 'claimed'), 'p', 'w')", [], Stop);

        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, 5)", [], Stop));
        await database.Owner.ExecuteAsync("call run_job('send-upkeep')");
        Assert.Equal("1 sent, 1 skipped: the lead is unsubscribed", await database.Owner.AskAsync<string>(
            """
            select sent_count || ' sent, ' || skipped_count || ' '
                || (select error_message from email_sends where skipped_at is not null)
            from campaigns
            """));
    }

    private static async Task<TenantDatabase> WithCampaignAsync(TestDatabase database, int leads)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, leads);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        return app;
    }

    private static async Task ActAsync(TenantDatabase app, string sql)
    {
        await using var connection = await app.ConnectAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await app.BecomeTenantAsync(connection, "life-cycle", Stop);
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
        await transaction.CommitAsync(Stop);
    }

    // A cancelled campaign refuses, every other state hands out nothing.
    private static async Task<long> ClaimAsync(TenantDatabase app, int limit)
    {
        try
        {
            return await app.ScalarAsync<long>("select count(*) from claim_email_sends($1, 5, 'w', $2)", [limit], Stop);
        }
        catch (Npgsql.PostgresException refused) when (refused.SqlState == "LH007")
        {
            return 0;
        }
    }

    private static Task<string> StatusAsync(TestDatabase database) =>
        database.Owner.AskAsync<string>("select status from campaigns where id = 5");
}
