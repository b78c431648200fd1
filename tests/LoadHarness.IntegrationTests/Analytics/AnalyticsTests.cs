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
}
