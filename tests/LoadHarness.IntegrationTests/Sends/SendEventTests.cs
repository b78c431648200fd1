using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Sends;

public sealed class SendEventTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_events_of_one_send_are_all_applied_in_whatever_order_they_come()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);
        const string events = """
            [{"id":1,"event":"clicked","occurred_at":"2026-01-03"},
                {"id":1,"event":"delivered","occurred_at":"2026-01-01"},
                {"id":1,"event":"opened","occurred_at":"2026-01-02"}]
            """;

        Assert.Equal(3, await ApplyAsync(app, events));
        Assert.Equal(3, await ApplyAsync(app, events));
        await Workspaces.ReadAsync<long>(database, "select fold_campaign_metrics()");

        Assert.Equal("clicked 2026-01-01 2026-01-02 2026-01-03",
            await Workspaces.ReadAsync<string>(
                database, "select concat_ws(' ', status, delivered_at::date, opened_at::date, clicked_at::date) from email_sends"));
        Assert.Equal("1/1/1", await Workspaces.ReadAsync<string>(
            database, "select concat_ws('/', delivered_count, opened_count, clicked_count) from campaigns"));
    }

    [Theory]
    [InlineData("bounced", "bounced")]
    [InlineData("unsubscribed", "unsubscribed")]
    [InlineData("complained", "complained")]
    [InlineData("opened", "active")]
    public async Task Who_bounced_left_or_complained_gets_no_further_campaign(string sent, string status)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);

        await ApplyAsync(app, $$"""[{"id":1,"event":"{{sent}}"}]""");

        Assert.Equal(status, await Workspaces.ReadAsync<string>(database, "select status from leads"));
    }

    [Theory]
    [InlineData("bounced", "bounced active", "update leads set email = 'b@x.io'")]
    [InlineData("unsubscribed", "unsubscribed unsubscribed unsubscribed", "update leads set email = 'b@x.io'")]
    [InlineData("complained", "complained complained complained", "update leads set email = 'b@x.io'")]
    // The application chose another address than the lead's.
    [InlineData("bounced", "bounced active", "update leads set email = 'b@x.io'; update email_sends set email = ' A@X.io'")]
    // Written otherwise, it is the lead's all the same.
    [InlineData("bounced", "bounced bounced", "update email_sends set email = 'A@X.io'")]
    public async Task What_comes_back_of_a_mail_is_said_of_the_address_that_it_went_to(string sent, string told, string move)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);
        await database.Owner.ExecuteAsync("update campaigns set status = 'sending'");
        await app.ScalarAsync<long>("select count(*) from claim_email_sends($1, 5, 'w')", [], Stop);
        await database.Owner.ExecuteAsync(move);

        await ApplyAsync(app, $$"""[{"id":1,"event":"{{sent}}"}]""");

        Assert.Equal(told, await app.ScalarAsync<string>(
            "select concat_ws(' ', suppression_of($1, 'a@x.io'), suppression_of($1, 'b@x.io'), (select status from leads))", [], Stop));
    }

    [Fact]
    public async Task A_former_address_is_put_on_the_list_by_an_archived_send_too_and_not_again_by_an_event_that_is_repeated()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);
        await database.Owner.ExecuteAsync("update leads set email = 'b@x.io'; update email_sends set email = 'a@x.io', status = 'sent'");
        const string bounced = """[{"id":1,"event":"bounced","occurred_at":"2026-01-01"}]""";
        await ApplyAsync(app, bounced);
        Assert.True(await app.ScalarAsync<bool>("select unsuppress_address($1, 'a@x.io', 'a new owner')", [], Stop));
        await ApplyAsync(app, bounced);
        Assert.Null(await app.ScalarAsync<string>("select suppression_of($1, 'a@x.io')", [], Stop));
        await database.Owner.ExecuteAsync(
            """
            create table archive.email_sends_p2001_01 as select * from email_sends;
            alter table archive.email_sends_p2001_01 owner to lh_owner;
            delete from email_sends
            """);

        await ApplyAsync(app, """[{"id":1,"event":"complained"}]""");

        Assert.Equal("complained", await app.ScalarAsync<string>("select suppression_of($1, 'a@x.io')", [], Stop));
    }

    /// <summary>Its month was dropped: nobody knows any more whom the event is about, and the person would be written to again.</summary>
    [Theory]
    [InlineData("unsubscribed", 1)]
    [InlineData("complained", 1)]
    [InlineData("hard_bounced", 1)]
    [InlineData("opened", 0)]
    [InlineData("soft_bounced", 0)]
    public async Task Who_leaves_by_a_send_that_is_gone_is_not_lost_without_a_word(string sent, int warnings)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var connection = await database.As("lh_app").OpenConnectionAsync(Stop);
        var told = new List<string>();
        connection.Notice += (_, notice) => told.Add($"{notice.Notice.MessageText} {notice.Notice.Hint}");

        Assert.Equal(0, await connection.ScalarAsync<int>(
            "select batch_update_email_status($1::jsonb) from (select set_config('app.workspace_id', '1', false)) as workspace", Stop,
            $$"""[{"provider_id":"p","event":"{{sent}}"}]"""));

        Assert.Equal(warnings, told.Count(line => line.Contains("suppress_address()", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Events_of_another_workspaces_send_change_nothing()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);
        await using var foreign = TenantDatabase.Open(database.ConnectionString, "lh_app", Workspaces.Foreign, 2);

        Assert.Equal(0, await ApplyAsync(foreign, """[{"id":1,"event":"opened"}]"""));
        Assert.Equal("pending", await Workspaces.ReadAsync<string>(database, "select status from email_sends"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[null]")]
    [InlineData("""[{"event":"opened"}]""")]
    [InlineData("""[{"id":"x","event":"opened"}]""")]
    [InlineData("""[{"id":1}]""")]
    [InlineData("""[{"id":1,"event":"read"}]""")]
    [InlineData("""[{"id":1,"event":"opened","occurred_at":"yesterday-ish"}]""")]
    [InlineData("""[{"id":1,"event":"opened","created_at":{}}]""")]
    [InlineData("""[{"id":99999999999999999999,"event":"opened"}]""")]
    public async Task A_bad_event_is_refused_by_name(string events)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);

        Assert.Equal("LH008", await Workspaces.SqlStateOfAsync(app, "select batch_update_email_status($2::jsonb) where $1 > 0", events));
    }

    [Fact]
    public async Task Counts_are_added_to_a_campaign_and_negative_ones_are_refused()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await WithOneSendAsync(database);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            app.ScalarAsync<object>("select batch_update_campaign_metrics(5, p_sent => 2, p_opened => 1)::text where $1 > 0", [], Stop)));

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Workspaces.ReadAsync<long>(database, "select fold_campaign_metrics()")));

        Assert.Equal("16/8", await Workspaces.ReadAsync<string>(database, "select sent_count || '/' || opened_count from campaigns"));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select batch_update_campaign_metrics(5, -1)::text where $1 > 0"));
        Assert.Equal("LH007", await Workspaces.SqlStateOfAsync(app, "select batch_update_campaign_metrics(6, 1)::text where $1 > 0"));
    }

    private static Task<int> ApplyAsync(TenantDatabase app, string events) =>
        app.ScalarAsync<int>("select batch_update_email_status($2::jsonb) where $1 > 0", [events], Stop);

    private static async Task<TenantDatabase> WithOneSendAsync(TestDatabase database)
    {
        var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database,
            """
            insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's');
            insert into leads (id, workspace_id, email) values (1, 1, 'a@x.io');
            insert into email_sends (id, workspace_id, campaign_id, lead_id, email) values (1, 1, 5, 1, 'a@x.io');
            """);
        return app;
    }
}
