using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Analytics;

public sealed class AnalyticsTests(PostgresCluster cluster)
{
    private const string Growth = """
        select total_leads
        from get_lead_growth_analytics($1, now() - interval '40 days', now() + interval '1 day', 'month')
        order by period_start desc limit 1
        """;

    [Fact]
    public async Task Lead_growth_counts_the_leads_as_of_the_last_refresh()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync(leads: 25);
        Assert.Equal(0, await database.As("lh_app").AskInAsync<long>(workspace, Growth, workspace));
        await database.As("lh_worker").ExecuteAsync("select refresh_analytics_views()");
        Assert.Equal(25, await database.As("lh_app").AskInAsync<long>(workspace, Growth, workspace));
    }

    [Fact]
    public async Task Campaign_analytics_count_each_send_once()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync(leads: 8);
        await database.Owner.ExecuteAsync("insert into campaigns (workspace_id, name, subject) values ($1, 'c', 's')", workspace);
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email, sent_at, opened_at, created_at)
            select $1, (select max(id) from campaigns), id, email, now(), case when id % 2 = 0 then now() end, now() from leads
            """,
            workspace);
        await database.Owner.ExecuteAsync("select refresh_analytics_views()");
        var told = await database.As("lh_readonly").AskInAsync<string>(
            workspace,
            """
            select concat_ws(' ', campaigns, recipients, sent, opened)
            from get_campaign_analytics($1, now() - interval '2 days', now() + interval '1 day', 'week')
            where sent > 0
            """,
            workspace);
        Assert.Equal("1 8 8 4", told);
    }

    [Fact]
    public async Task A_campaign_stays_in_the_month_of_its_sends_when_they_are_archived_and_others_follow()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.AddWorkspaceAsync(leads: 2);
        await database.Owner.ExecuteAsync(
            """
            select add_month_partitions('email_sends', (now() - interval '50 months')::date, (now() - interval '50 months')::date);
            insert into campaigns (id, workspace_id, name, subject, status, created_at, enqueued_at, total_recipients, sent_count)
            select 5, max(id), 'c', 's', 'sent', now() - interval '52 months', now() - interval '50 months', 1, 1 from workspaces;
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, sent_at, created_at)
            select workspace_id, 5, id, email, 'sent', now(), now() - interval '50 months' from leads order by id limit 1
            """);
        Assert.Equal("50:1/1", await MonthsAsync(database));
        await database.Owner.ExecuteAsync("select count(*) from apply_retention('email_sends', 1095)");
        Assert.Equal("50:1/1", await MonthsAsync(database));

        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, sent_at)
            select workspace_id, 5, id, email, 'sent', now() from leads order by id desc limit 1;
            update campaigns set sent_count = 2
            """);

        Assert.Equal("0:1/1 50:1/1", await MonthsAsync(database));
    }

    [Theory]
    [InlineData("select count(*) from get_lead_growth_analytics(2, now() - interval '1 day', now())", "LH001")]
    [InlineData("select count(*) from get_campaign_analytics(2, now() - interval '1 day', now())", "LH001")]
    [InlineData("select count(*) from get_campaign_analytics(null, now() - interval '1 day', now())", "LH001")]
    [InlineData("select count(*) from get_campaign_analytics(1, now() - interval '1 day', now(), 'hour')", "LH004")]
    [InlineData("select count(*) from get_lead_growth_analytics(1, null, now())", "LH004")]
    [InlineData("select count(*) from get_lead_growth_analytics(1, now(), now() - interval '1 day')", "LH004")]
    [InlineData("select count(*) from get_lead_growth_analytics(1, '-infinity', 'infinity')", "LH004")]
    [InlineData("select count(*) from lead_analytics", "42501")]
    [InlineData("select count(*) from campaign_performance", "42501")]
    public async Task Analytics_of_another_workspace_or_without_sense_are_refused(string sql, string state)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(() => database.As("lh_app").AskInAsync<long>(1, sql));
        Assert.Equal(state, error.SqlState);
    }

    [Fact]
    public async Task The_views_stay_readable_while_they_are_refreshed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var reader = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var open = await reader.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var read = new NpgsqlCommand(
            "select (select count(*) from lead_analytics) + (select count(*) from campaign_performance)", reader))
            await read.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        // An exclusive refresh would wait for the open reader until this time is over.
        await database.Owner.ExecuteAsync("set lock_timeout = '2s'; select refresh_analytics_views(); reset lock_timeout");
        Assert.Equal(2, await database.Owner.AskAsync<long>(
            "select count(*) from analytics_refreshes where refreshed_at > now() - interval '1 minute'"));
    }

    // How many months ago, recipients and sent mails.
    private static async Task<string> MonthsAsync(TestDatabase database)
    {
        await database.Owner.ExecuteAsync("select refresh_analytics_views()");
        return await database.Owner.AskAsync<string>(
            """
            select string_agg(format('%s:%s/%s', m.ago, p.recipients, p.sent), ' ' order by m.ago)
            from campaign_performance p
            cross join lateral (select age((now() at time zone 'UTC')::date, p.day) as passed) a
            cross join lateral (select extract(year from a.passed) * 12 + extract(month from a.passed) as ago) m
            """);
    }
}
