using System.Data;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>Leads that change while a campaign is scheduled, claimed or retried: nobody gets a mail that it must not.</summary>
public sealed class ChangedLeadTests(PostgresCluster cluster)
{
    private const string OwnSend = "insert into email_sends (workspace_id, campaign_id, lead_id, email) values ($1, 5, 1, ";
    private const string Move = "update leads set email = 'new@own.io' where workspace_id = 1 and id = 1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Move, "lead2@own.io,new@own.io")]
    [InlineData("update leads set status = 'complained' where workspace_id = 1 and id = 1", "lead2@own.io")]
    [InlineData("select erase_lead(1, 1)", "lead2@own.io")]
    public async Task A_lead_that_changes_while_it_is_scheduled_is_read_anew(string change, string handedOut)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        Task<long> scheduling;
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync(change);
            scheduling = app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
            await OpenTransaction.UntilOneWaitsAsync(database, scheduling);
            await session.CommitAsync();
        }

        await scheduling;

        Assert.Equal(handedOut, await ClaimAsync(app));
    }

    [Fact]
    public async Task A_campaign_that_is_deleted_while_it_is_scheduled_is_named()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        Task<string> scheduling;
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await app.ScalarAsync<DateTime>("select enqueue_campaign($1, 5)", [], Stop);
            await session.ActAsync("delete from campaigns where workspace_id = 1 and id = 5");
            scheduling = Workspaces.SqlStateOfAsync(app, "select total_scheduled from bulk_schedule_email_sends(5, $1)");
            await OpenTransaction.UntilOneWaitsAsync(database, scheduling);
            await session.CommitAsync();
        }

        Assert.Equal("LH007", await scheduling);
    }

    [Fact]
    public async Task The_addresses_that_a_lead_had_are_found_without_reading_the_whole_log()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, id, email) overriding system value
            select 1, n, n || '@old.io' from generate_series(1, 40) as n;
            update leads set email = id || '@new.io';
            insert into audit_logs (workspace_id, actor, action, entity, entity_id, details)
            select 1, 'app', 'update', 'leads', n % 100, '{"columns": ["name"]}' from generate_series(1, 30000) as n;
            analyze leads; analyze audit_logs
            """);
        const string moved =
            "select cardinality(leads) from moved_addresses(1, array[3, 5, 7], array['3@old.io', '5@old.io', '7@other.io'])";
        Assert.Equal(2, await database.Owner.AskAsync<int>(moved));
        var plan = await database.Owner.AskAsync<string>("explain (analyze, buffers, timing off, format json) " + moved);
        var blocks = System.Text.Json.Nodes.JsonNode.Parse(plan)![0]!["Plan"]!["Shared Hit Blocks"]!.GetValue<long>();
        Assert.InRange(blocks, 1, 100);
    }

    [Theory]
    [InlineData("select mark_email_sends_failed(1, 5, array(select id from email_sends), 'busy', 'w', p_retry_after => '0')")]
    [InlineData("update email_sends set status = 'pending' where workspace_id = 1")]
    public async Task A_send_that_was_being_claimed_while_its_lead_moved_goes_to_the_new_address_when_it_is_tried_again(string givenBack)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1, array[1]::bigint[])", [], Stop);
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync("select * from claim_email_sends(1, 5, 'w', 10)");
            await database.Owner.ExecuteAsync(Move);
            await session.CommitAsync();
        }

        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync(givenBack);
            await session.CommitAsync();
        }

        Assert.Equal("new@own.io", await ClaimAsync(app));
    }

    [Theory]
    // A claim that comes to nothing: its worker was lost before it committed.
    [InlineData("select total_scheduled from bulk_schedule_email_sends(5, $1, array[1]::bigint[])", "new@own.io")]
    // The application's own sends, of another time than the campaign's.
    [InlineData(OwnSend + "'lead1@own.io') returning id", "new@own.io")]
    [InlineData(OwnSend + "'chosen@own.io') returning id", "chosen@own.io")]
    public async Task A_send_that_a_session_held_while_its_lead_moved_goes_to_the_new_address(string add, string handedOut)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await database.Owner.ExecuteAsync("update campaigns set status = 'sending'");
        await app.ScalarAsync<long>(add, [], Stop);
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync("select * from claim_email_sends(1, 5, 'w', 10)");
            await database.Owner.ExecuteAsync(Move);
        }

        Assert.Equal(handedOut, await ClaimAsync(app));
    }

    [Theory]
    [InlineData("lead1@own.io", "new@own.io")]
    [InlineData("chosen@own.io", "chosen@own.io")]
    public async Task Of_two_sends_that_a_session_held_while_their_lead_moved_the_first_goes_out_and_the_other_is_closed(
        string first, string handedOut)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await database.Owner.ExecuteAsync(
            $"""
            update campaigns set status = 'sending';
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            values (1, 5, 1, '{first}', now() - interval '2 minutes'), (1, 5, 1, 'lead1@own.io', now() - interval '1 minute')
            """);
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync("select * from claim_email_sends(1, 5, 'w', 10)");
            await database.Owner.ExecuteAsync(Move);
        }

        Assert.Equal(handedOut, await ClaimAsync(app));
        Assert.Equal("claimed,failed", await database.Owner.AskAsync<string>(
            "select string_agg(status, ',' order by status) from email_sends"));
    }

    [Theory]
    [InlineData(IsolationLevel.RepeatableRead)]
    [InlineData(IsolationLevel.Serializable)]
    public async Task A_claim_in_an_older_snapshot_is_refused(IsolationLevel level)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1)", [], Stop);
        await using var session = await OpenTransaction.BeginAsync(app, Stop, level);
        await session.ActAsync("select 1 from leads");
        await database.Owner.ExecuteAsync("update leads set status = 'unsubscribed'; update campaigns set status = 'paused'");

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => session.ActAsync("select * from claim_email_sends(1, 5, 'w', 10)"));

        Assert.Equal("LH004", refused.SqlState);
    }

    [Fact]
    public async Task Two_sends_of_one_lead_that_the_application_gave_one_id_are_one_mail()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (id, workspace_id, campaign_id, lead_id, email, created_at)
            select 77, 1, 5, 1, 'lead1@own.io', now() - n * interval '40 days' from generate_series(0, 1) n;
            update campaigns set status = 'sending';
            """);

        Assert.Equal("lead1@own.io", await ClaimAsync(app));
    }

    [Theory]
    [InlineData("update campaigns set segment_id = null where id = 5")]
    [InlineData(
        """
        update campaigns set status = 'draft' where id = 5;
        update campaigns set segment_id = null where id = 5;
        update campaigns set status = 'scheduled' where id = 5;
        """)]
    public async Task A_campaign_that_loses_its_segment_before_it_starts_goes_to_nobody_else(string lose)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_segments (id, workspace_id, name, conditions)
            values (7, 1, 's', '{"field":"email","operator":"starts_with","value":"lead1@"}');
            update campaigns set segment_id = 7;
            """);
        await app.ScalarAsync<string>("select schedule_campaign($1, 5)", [], Stop);
        try
        {
            await database.Owner.ExecuteAsync(lose);
        }
        catch (Npgsql.PostgresException refused)
        {
            Assert.Equal("LH010", refused.SqlState);
        }

        await database.Owner.ExecuteAsync("call run_job('start-campaigns')");

        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends where lead_id = 2"));
    }

    [Theory]
    [InlineData("select pause_campaign($1, 5)", "paused")]
    [InlineData("select cancel_campaign($1, 5)", "cancelled")]
    public async Task A_done_campaign_that_got_a_send_since_is_stopped_as_well(string stop, string stopped)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await database.Owner.ExecuteAsync(
            """
            update campaigns set status = 'sending';
            update campaigns set status = 'sent';
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select 1, 5, id, email from leads;
            """);

        await app.ScalarAsync<string>(stop, [], Stop);

        Assert.Equal(stopped, await database.Owner.AskAsync<string>("select status from campaigns"));
    }

    [Theory]
    [InlineData(
        """select imported_count from fast_bulk_lead_import($1, '[{"email":"lead1@own.io","status":"bounced"}]')""")]
    [InlineData("select suppress_address($1, 'lead1@own.io', 'bounced')::int::bigint")]
    public async Task An_event_from_before_a_file_or_a_suppression_still_makes_the_status_rise(string bounced)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends(5, $1, array[1]::bigint[])", [], Stop);
        await app.ScalarAsync<long>(bounced, [], Stop);

        await app.ScalarAsync<int>(
            """
            select batch_update_email_status((select jsonb_agg(jsonb_build_object('id', id, 'event', 'unsubscribed',
                'occurred_at', to_char(now() at time zone 'UTC' - interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
                from email_sends where workspace_id = $1))
            """, [], Stop);

        Assert.Equal("unsubscribed", await database.Owner.AskAsync<string>("select status from leads where id = 1"));
    }

    private static Task<string?> ClaimAsync(TenantDatabase app) =>
        app.ScalarAsync<string>("select string_agg(email, ',' order by email) from claim_email_sends($1, 5, 'w', 10)", [], Stop);

    private static async Task<TenantDatabase> WithCampaignAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 2);
        await database.Owner.ExecuteAsync("insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");
        return app;
    }
}
