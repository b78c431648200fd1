using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Imports;

/// <summary>Who left stays left, also when the lead is gone.</summary>
public sealed class SuppressionTests(PostgresCluster cluster)
{
    private const string List = "select coalesce(string_agg(reason, ',' order by reason), '') from suppressed_addresses";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("unsubscribed")]
    [InlineData("bounced")]
    [InlineData("complained")]
    public async Task A_lead_that_left_and_was_deleted_comes_back_with_its_status_by_every_way_in(string status)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var row = LeadImportTests.Row(1);
        string[][] ways =
        [
            ["insert into leads (workspace_id, email) values (1, 'lead1@own.io') returning id"],
            ["select * from fast_bulk_lead_import(1, '[{\"email\":\" LEAD1@own.io\",\"status\":\"active\"}]')"],
            ["select * from bulk_insert_leads(1, '[{\"email\":\"lead1@own.io\"}]')"],
            ["insert into leads (workspace_id, email) values (1, 'other@own.io') returning id",
                "update leads set email = 'lead1@own.io' returning id"],
        ];
        foreach (var way in ways)
        {
            await database.Owner.ExecuteAsync(
                """
                delete from leads;
                delete from suppressed_addresses;
                insert into leads (workspace_id, email) values (1, 'lead1@own.io'), (2, 'lead1@own.io')
                """);
            await database.Owner.ExecuteAsync(
                $"update leads set status = '{status}' where workspace_id = 1; delete from leads where workspace_id = 1");
            Assert.Equal(status, await database.Owner.AskAsync<string>(List));
            Assert.Equal(status, await app.ScalarAsync<string>("select suppression_of($1, 'Lead1@own.io')", [], Stop));
            foreach (var statement in way) await database.As("lh_app").AskInAsync<object>(1, statement);
            Assert.Equal(status, await database.Owner.AskAsync<string>("select status from leads where workspace_id = 1"));
            Assert.Equal("active", await database.Owner.AskAsync<string>("select status from leads where workspace_id = 2"));
        }

        await database.Owner.ExecuteAsync("delete from leads where workspace_id = 1");
        await LeadImport.RunAsync(app, "test", [row with { Status = "active" }, LeadImportTests.Row(2)], 2, (_, work) => work(), Stop);
        Assert.Equal($"lead1@own.io {status},lead2@own.io active",
            await database.Owner.AskAsync<string>(
            "select string_agg(email || ' ' || status, ',' order by email) from leads where workspace_id = 1"));
    }

    [Fact]
    public async Task Who_came_with_a_status_and_got_another_address_is_not_written_to_at_the_first_one()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await app.ScalarAsync<long>(
            "select imported_count from fast_bulk_lead_import($1, '[{\"email\":\"a@own.io\",\"status\":\"complained\"}]')", [], Stop);
        Assert.Equal("complained", await app.ScalarAsync<string>("select suppression_of($1, 'a@own.io')", [], Stop));
        await database.As("lh_app").AskInAsync<long>(1, "update leads set email = 'b@own.io' returning id");

        await app.ScalarAsync<long>("select imported_count from fast_bulk_lead_import($1, '[{\"email\":\"a@own.io\"}]')", [], Stop);

        Assert.Equal("a@own.io complained,b@own.io complained", await database.Owner.AskAsync<string>(
            "select string_agg(email || ' ' || status, ',' order by email) from leads"));
    }

    [Fact]
    public async Task The_list_is_added_to_asked_and_taken_from_by_hand_and_each_change_is_audited()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);

        Assert.True(await app.ScalarAsync<bool>("select suppress_address($1, 'LEAD1@own.io', 'complained')", [], Stop));
        Assert.False(await app.ScalarAsync<bool>("select suppress_address($1, 'lead1@own.io', 'complained')", [], Stop));
        Assert.Equal("complained", await database.Owner.AskAsync<string>("select status from leads"));
        Assert.True(await app.ScalarAsync<bool>("select suppress_address($1, 'never@own.io', 'erased')", [], Stop));
        Assert.Equal("erased", await app.ScalarAsync<string>("select suppression_of($1, 'never@own.io')", [], Stop));
        await using var foreign = TenantDatabase.Open(database.ConnectionString, "lh_app", Workspaces.Foreign, 2);
        Assert.Null(await foreign.ScalarAsync<string>("select suppression_of($1, 'never@own.io')", [], Stop));

        Assert.True(await app.ScalarAsync<bool>("select unsuppress_address($1, 'lead1@own.io', 'asked for it by letter')", [], Stop));
        Assert.False(await app.ScalarAsync<bool>("select unsuppress_address($1, 'lead1@own.io', 'again')", [], Stop));

        Assert.Equal("erased", await database.Owner.AskAsync<string>(List));
        Assert.Equal(0, await database.Owner.AskAsync<long>(
            "select count(*) from audit_logs where entity = 'suppressed_addresses' and audit_logs::text like '%own.io%'"));
        Assert.Equal("suppress,suppress,unsuppress",
            await database.Owner.AskAsync<string>(
            "select string_agg(action, ',' order by id) from audit_logs where entity = 'suppressed_addresses'"));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select suppress_address($1, 'no address', 'complained')"));
        Assert.Equal("42501", await Workspaces.SqlStateOfAsync(app, "delete from suppressed_addresses where workspace_id = $1"));
    }

    [Fact]
    public async Task A_reason_and_the_status_of_its_lead_only_rise()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);
        foreach (var (reason, changed, held) in ((string, bool, string)[])[
            ("bounced", true, "bounced bounced"), ("complained", true, "complained complained"),
            ("unsubscribed", false, "complained complained"),
            ("bounced", false, "complained complained"), ("erased", true, "erased complained"), ("complained", false, "erased complained")])
        {
            Assert.Equal(changed, await app.ScalarAsync<bool>("select suppress_address($1, 'lead1@own.io', $2)", [reason], Stop));
            Assert.Equal(held, await database.Owner.AskAsync<string>(
                "select (select reason from suppressed_addresses) || ' ' || (select status from leads)"));
        }
    }

    [Theory]
    [InlineData("update leads set status = 'bounced'", "complained bounced")]
    [InlineData("update leads set status = 'bounced'; delete from leads", "complained")]
    [InlineData("update leads set status = 'bounced'; select suppress_address(1, 'lead1@own.io', 'unsubscribed')",
        "complained unsubscribed")]
    [InlineData("update suppressed_addresses set reason = 'erased'; update leads set status = 'bounced'", "erased bounced")]
    public async Task A_complaint_stays_whatever_is_said_of_the_lead_later(string later, string held)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);
        await database.Owner.ExecuteAsync("update leads set status = 'complained'");

        await database.Owner.ExecuteAsync($"set app.workspace_id = '1'; {later}");

        Assert.Equal(held, await database.Owner.AskAsync<string>(
            "select concat_ws(' ', (select reason from suppressed_addresses), (select status from leads))"));
    }

    [Fact]
    public async Task Who_is_made_active_again_leaves_the_list()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 1);
        foreach (var (status, expected) in ((string, string)[])[("bounced", "bounced"), ("unsubscribed", "unsubscribed"), ("active", "")])
        {
            await database.Owner.ExecuteAsync($"update leads set status = '{status}'");
            Assert.Equal(expected, await database.Owner.AskAsync<string>(List));
        }
    }

    [Fact]
    public async Task The_list_outlives_a_rollback_and_the_next_migration()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await app.ScalarAsync<bool>("select suppress_address($1, 'left@own.io', 'unsubscribed')", [], Stop);
        var migrator = new Migrator(database.Owner);

        await migrator.DownAsync(SilentProgress.Instance, Stop);
        await migrator.UpAsync(SilentProgress.Instance, Stop);

        await LeadImport.RunAsync(app, "test", [LeadImportTests.Row(1) with { Email = "left@own.io" }], 1, (_, work) => work(), Stop);
        Assert.Equal("unsubscribed", await database.Owner.AskAsync<string>("select status from leads"));
    }
}
