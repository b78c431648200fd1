using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>Several sends of the application for one lead: one is sent, and what is closed keeps nobody from it.</summary>
public sealed class ClosedSendTests(PostgresCluster cluster)
{
    private const string Claimed = "array(select id from email_sends where status = 'claimed')";

    private const string Claim = "select count(*) from claim_email_sends($1, 5, 'w', 10)";

    private const string ClaimedAddresses = "select string_agg(email, ',' order by email) from claim_email_sends($1, 5, 'w', 10)";

    private const string Schedule = "select * from bulk_schedule_email_sends(5, 1)";

    private const string OwnSend = "insert into email_sends (workspace_id, campaign_id, lead_id, email) values (1, 5, 1, 'lead1@own.io')";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData($"select mark_email_sends_failed(1, 5, {Claimed}, 'busy', 'w', null, '0')")]
    [InlineData("update email_sends set claimed_at = now() - interval '1 hour' where status = 'claimed'; select reap_stale_claims()")]
    public async Task Of_two_sends_the_chosen_one_goes_out_again_when_it_comes_back(string back)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithTwoSendsAsync(database);
        Assert.Equal(1, await app.ScalarAsync<long>(Claim, [], Stop));

        await database.Owner.ExecuteAsync($"set app.workspace_id = '1'; {back}; reset app.workspace_id");

        Assert.Equal(1, await app.ScalarAsync<long>(Claim, [], Stop));
        Assert.Equal("claimed,failed", await StatesAsync(database));
    }

    [Fact]
    public async Task A_closed_send_that_is_marked_late_is_a_mail_and_closes_the_other_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithTwoSendsAsync(database);
        await app.ScalarAsync<long>(Claim, [], Stop);
        await app.ScalarAsync<long>($"select mark_email_sends_failed($1, 5, {Claimed}, 'busy', 'w', null, '0')", [], Stop);
        await database.Owner.ExecuteAsync("update email_sends set status = 'sent', sent_at = now() where status = 'failed'");

        Assert.Equal(0, await app.ScalarAsync<long>(Claim, [], Stop));

        Assert.Equal("failed,sent", await StatesAsync(database));
    }

    [Fact]
    public async Task A_send_of_the_application_that_is_mailed_while_its_lead_is_scheduled_is_the_only_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithTwoLeadsAsync(database);
        await using (var scheduling = await OpenTransaction.BeginAsync(app, Stop))
        {
            await scheduling.ActAsync(Schedule);
            await database.Owner.ExecuteAsync(OwnSend);
            Assert.Equal(1, await app.ScalarAsync<long>(Claim, [], Stop));
            await app.ScalarAsync<long>($"select mark_email_sends_sent($1, 5, {Claimed}, 'p', 'w')", [], Stop);
            await scheduling.CommitAsync();
        }

        Assert.Equal("lead2@own.io", await app.ScalarAsync<string>(ClaimedAddresses, [], Stop));

        Assert.Equal("claimed,failed,sent", await StatesAsync(database));
        Assert.Equal("1 skipped: the lead has another send", await database.Owner.AskAsync<string>(
            "select lead_id || ' ' || error_message from email_sends where skipped_at is not null"));
    }

    [Fact]
    public async Task A_send_of_a_lead_whose_other_send_is_being_handed_out_waits_for_the_next_claim()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithTwoLeadsAsync(database);
        await using (var claiming = await OpenTransaction.BeginAsync(app, Stop))
        {
            await using (var scheduling = await OpenTransaction.BeginAsync(app, Stop))
            {
                await scheduling.ActAsync(Schedule);
                await database.Owner.ExecuteAsync(OwnSend);
                await claiming.ActAsync("select * from claim_email_sends(1, 5, 'w', 10)");
                await scheduling.CommitAsync();
            }

            Assert.Equal("lead2@own.io", await app.ScalarAsync<string>(ClaimedAddresses, [], Stop));
            Assert.Null(await app.ScalarAsync<string>(ClaimedAddresses, [], Stop));
            Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from email_sends where skipped_at is not null"));
            await claiming.CommitAsync();
        }

        Assert.Null(await app.ScalarAsync<string>(ClaimedAddresses, [], Stop));

        Assert.Equal("claimed,claimed,failed", await StatesAsync(database));
    }

    [Fact]
    public async Task Of_a_send_of_the_application_and_one_of_the_campaign_that_both_wait_the_campaigns_goes_out()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithTwoLeadsAsync(database);
        await using (var scheduling = await OpenTransaction.BeginAsync(app, Stop))
        {
            await scheduling.ActAsync(Schedule);
            await database.Owner.ExecuteAsync(OwnSend);
            await scheduling.CommitAsync();
        }

        Assert.Equal("lead1@own.io,lead2@own.io", await app.ScalarAsync<string>(ClaimedAddresses, [], Stop));
        Assert.Null(await app.ScalarAsync<string>(ClaimedAddresses, [], Stop));

        Assert.Equal("claimed,claimed,failed", await StatesAsync(database));
    }

    private static async Task<LoadHarness.Postgres.Workload.TenantDatabase> WithTwoLeadsAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 2);
        await database.Owner.ExecuteAsync(
            "insert into campaigns (id, workspace_id, name, subject, status) values (5, 1, 'c', 's', 'sending')");
        return app;
    }

    private static Task<string> StatesAsync(TestDatabase database) =>
        database.Owner.AskAsync<string>("select string_agg(status, ',' order by status) from email_sends");

    private static async Task<LoadHarness.Postgres.Workload.TenantDatabase> WithTwoSendsAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);
        await database.Owner.ExecuteAsync(
            """
            insert into campaigns (id, workspace_id, name, subject, status) values (5, 1, 'c', 's', 'sending');
            insert into email_sends (workspace_id, campaign_id, lead_id, email, created_at)
            select 1, 5, id, email, now() - n * interval '1 minute' from leads, generate_series(0, 1) n
            """);
        return app;
    }
}
