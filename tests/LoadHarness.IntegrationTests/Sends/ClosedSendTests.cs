using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>Several sends of the application for one lead: one is sent, and what is closed keeps nobody from it.</summary>
public sealed class ClosedSendTests(PostgresCluster cluster)
{
    private const string Claimed = "array(select id from email_sends where status = 'claimed')";

    private const string Claim = "select count(*) from claim_email_sends($1, 5, 'w', 10)";

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
