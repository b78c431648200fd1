using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Sends;

/// <summary>A lead and its suppression in two transactions at once: neither sees the other, and the claim sees both.</summary>
public sealed class SuppressedClaimTests(PostgresCluster cluster)
{
    private const string Import = """select * from fast_bulk_lead_import(1, '[{"email":"x@own.io"}]')""";
    private const string Insert = "insert into leads (workspace_id, email) values (1, 'x@own.io')";
    private const string Move = "update leads set email = 'x@own.io' where workspace_id = 1 and email = 'lead1@own.io'";
    private const string Suppress = "select suppress_address($1, 'x@own.io', 'complained')::text";
    private const string Erase = "select erase_address($1, 'x@own.io')::text";

    private const string Schedule = "select total_scheduled from bulk_schedule_email_sends(5, $1)";

    private const string OwnSends =
        """
        with added as (
            insert into email_sends (workspace_id, campaign_id, lead_id, email) select $1, 5, id, email from leads returning 1)
        select count(*) from added
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Import, Suppress, "complained", Schedule)]
    [InlineData(Insert, Suppress, "complained", Schedule)]
    [InlineData(Move, Suppress, "complained", Schedule)]
    [InlineData(Import, Erase, "unsubscribed", Schedule)]
    [InlineData(Move, Erase, "unsubscribed", OwnSends)]
    [InlineData(Insert, Suppress, "complained", OwnSends)]
    public async Task A_lead_that_came_while_its_address_was_suppressed_gets_no_mail_and_the_status(
        string arrive, string suppress, string status, string add)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await using (var session = await OpenTransaction.BeginAsync(app, Stop))
        {
            await session.ActAsync(arrive);
            await app.ScalarAsync<string>(suppress, [], Stop);
            await session.CommitAsync();
        }

        await app.ScalarAsync<long>(add, [], Stop);

        Assert.DoesNotContain("x@own.io", await ClaimAsync(app) ?? "", StringComparison.Ordinal);
        Assert.Equal($"{status} failed", await database.Owner.AskAsync<string>(
            "select l.status || ' ' || s.status from leads l join email_sends s on s.lead_id = l.id where l.email = 'x@own.io'"));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select skipped from campaign_metric_deltas where skipped > 0"));
        Assert.NotNull(await app.ScalarAsync<string>("select suppression_of($1, 'x@own.io')", [], Stop));
    }

    [Fact]
    public async Task An_address_that_the_application_chose_for_a_send_is_looked_for_as_well()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await app.ScalarAsync<string>(Suppress, [], Stop);
        await database.Owner.ExecuteAsync(
            "insert into email_sends (workspace_id, campaign_id, lead_id, email) select 1, 5, id, ' X@Own.io' from leads where id = 1");

        Assert.Null(await ClaimAsync(app));

        Assert.Equal("active", await database.Owner.AskAsync<string>("select status from leads where id = 1"));
    }

    [Fact]
    public async Task Of_a_lead_that_another_session_holds_the_send_is_closed_without_waiting()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithCampaignAsync(database);
        await app.ScalarAsync<long>(Schedule, [], Stop);
        await database.Owner.ExecuteAsync(
            """
            insert into suppressed_addresses (workspace_id, email_hash, reason)
            select 1, address_hash(1, email), 'bounced' from leads where id = 1
            """);
        await using var session = await OpenTransaction.BeginAsync(app, Stop);
        await session.ActAsync("select 1 from leads where id = 1 for update");

        Assert.Equal("lead2@own.io", await app.ScalarAsync<string>(
            "select string_agg(email, ',') from set_config('lock_timeout', '5s', true), claim_email_sends($1, 5, 'w', 10)", [], Stop));

        Assert.Equal("failed skipped: the address is suppressed: bounced", await database.Owner.AskAsync<string>(
            "select status || ' ' || error_message from email_sends where lead_id = 1"));
    }

    private static Task<string?> ClaimAsync(TenantDatabase app) =>
        app.ScalarAsync<string>("select string_agg(email, ',' order by email) from claim_email_sends($1, 5, 'w', 10)", [], Stop);

    private static async Task<TenantDatabase> WithCampaignAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 2);
        await database.Owner.ExecuteAsync(
            "insert into campaigns (id, workspace_id, name, subject, status) values (5, 1, 'c', 's', 'sending')");
        return app;
    }
}
