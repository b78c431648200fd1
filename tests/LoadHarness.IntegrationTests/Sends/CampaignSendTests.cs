using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Sends;

public sealed class CampaignSendTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Eight_workers_send_each_recipient_exactly_once()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 4_000);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => ClaimAllAsync(app, campaign, $"worker-{worker}")));

        var ids = claimed.SelectMany(batch => batch).ToList();
        Assert.Equal(4_000, ids.Count);
        Assert.Equal(4_000, ids.Distinct().Count());
        Assert.Equal(4_000, await Workspaces.ReadAsync<long>(
            database, "select count(distinct lead_id) from email_sends where status = 'sent'"));
        Assert.True(await app.ScalarAsync<bool>("select complete_campaign($1, $2)", [campaign], Stop));
    }

    [Fact]
    public async Task A_second_scheduling_adds_no_rows()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 12_000);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);
        var leads = Enumerable.Range(1, 12_000).Select(id => (long)id).ToArray();

        Assert.Equal(12_000, await app.ScalarAsync<long>(
            "select total_scheduled from bulk_schedule_email_sends($2, $1, $3)", [campaign, leads], Stop));
        Assert.Equal(0, await app.ScalarAsync<long>(
            "select total_scheduled from bulk_schedule_email_sends($2, $1, $3)", [campaign, leads], Stop));
        Assert.Equal(0, await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop));
        Assert.Equal(12_000, await Workspaces.ReadAsync<long>(database, "select count(*) from email_sends"));
        // The planner knows of them: it took them for a handful, and read them all for each batch that was marked.
        Assert.Equal(12_000, await Workspaces.ReadAsync<long>(
            database, "select max(c.reltuples)::bigint from pg_class c join partition_bounds('email_sends') b on b.partition = c.oid"));
        Assert.Equal(12_000, await Workspaces.ReadAsync<long>(database, "select total_recipients from campaigns"));
    }

    [Fact]
    public async Task Two_schedulings_at_once_add_each_recipient_once()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 3_000);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);

        var added = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop)));

        Assert.Equal(3_000, added.Sum());
    }

    [Fact]
    public async Task Leads_that_are_committed_between_the_count_and_the_insert_get_ids_too()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database, Numbered("late", from: 101, to: 150));
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);
        // Its leads have lower ids than those that are counted, and its lock lets the count pass and stops the insert.
        await using var other = await database.Owner.OpenConnectionAsync(Stop);
        await using var import = await other.BeginTransactionAsync(Stop);
        await other.ExecuteAsync(Numbered("early", from: 1, to: 20), Stop);
        await other.ExecuteAsync("lock table email_sends in share mode", Stop);
        var scheduling = app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop);
        while (!await Workspaces.ReadAsync<bool>(
            database, "select exists (select from pg_locks where relation = 'email_sends'::regclass and not granted)"))
        {
            Assert.False(scheduling.IsCompleted);
            await Task.Delay(20, Stop);
        }

        await import.CommitAsync(Stop);
        Assert.Equal(70, await scheduling);
        Assert.Equal(70, await Workspaces.ReadAsync<long>(database, "select count(distinct id) from email_sends"));

        static string Numbered(string name, int from, int to) =>
            $"insert into leads (workspace_id, id, email) select 1, i, '{name}' || i || '@own.io' from generate_series({from}, {to}) i";
    }

    [Fact]
    public async Task Only_active_leads_of_the_segment_and_workspace_are_scheduled()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database,
            """
            insert into leads (workspace_id, email, tags, status) values
                (1, 'a@x.io', '{vip}', 'active'), (1, 'b@x.io', '{vip}', 'unsubscribed'), (1, 'c@x.io', '{}', 'active'),
                (2, 'd@x.io', '{vip}', 'active')
            """);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);

        Assert.Equal(1, await app.ScalarAsync<long>(
            """
            select total_scheduled
            from bulk_schedule_email_sends($2, $1, '{"field":"tags","operator":"contains","value":"vip"}'::jsonb)
            """, [campaign], Stop));
        Assert.Equal("a@x.io", await Workspaces.ReadAsync<string>(database, "select email from email_sends"));
    }

    [Fact]
    public async Task A_claim_whose_worker_died_goes_back_after_a_while_and_a_fresh_one_does_not()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 20);
        var campaign = await CampaignDispatch.CreateAsync(app, "test", Stop);
        await app.ScalarAsync<long>("select total_scheduled from bulk_schedule_email_sends($2, $1)", [campaign], Stop);
        await app.ScalarAsync<long>("select count(*) from claim_email_sends($1, $2, 'gone', 5)", [campaign], Stop);
        await Workspaces.ExecuteAsync(database, "update email_sends set claimed_at = now() - interval '1 hour' where status = 'claimed'");
        await app.ScalarAsync<long>("select count(*) from claim_email_sends($1, $2, 'alive', 5)", [campaign], Stop);

        Assert.Equal(5, await Workspaces.ReadAsync<long>(database, "select reap_stale_claims(interval '10 minutes')"));
        Assert.Equal("alive", await Workspaces.ReadAsync<string>(
            database, "select string_agg(distinct claimed_by, ',') from email_sends where status = 'claimed'"));
        Assert.False(await app.ScalarAsync<bool>("select complete_campaign($1, $2)", [campaign], Stop));
    }

    [Theory]
    [InlineData("LH007", "select total_scheduled from bulk_schedule_email_sends(999, $1)")]
    [InlineData("LH007", "select total_scheduled from bulk_schedule_email_sends(null, $1)")]
    [InlineData("LH004", "select total_scheduled from bulk_schedule_email_sends(5, $1, null::bigint[])")]
    [InlineData("LH002",
        """select total_scheduled from bulk_schedule_email_sends(5, $1, '{"field":"x","operator":"equals","value":"y"}'::jsonb)""")]
    [InlineData("LH001", "select total_scheduled from bulk_schedule_email_sends(5, $1 + 1)")]
    [InlineData("LH001", "select total_scheduled from bulk_schedule_email_sends(5, null)")]
    [InlineData("LH006", "select count(*) from claim_email_sends($1, 5, 'w', -1)")]
    [InlineData("LH006", "select count(*) from claim_email_sends($1, 5, 'w', null)")]
    [InlineData("LH004", "select count(*) from claim_email_sends($1, 5, null, 10)")]
    [InlineData("LH007", "select count(*) from claim_email_sends($1, 999, 'w', 10)")]
    [InlineData("LH007", "select mark_email_sends_sent($1, 999, '{1}', 'p')")]
    [InlineData("LH004", "select mark_email_sends_sent($1, 5, null, 'p')")]
    public async Task Bad_input_is_refused_by_name(string state, string statement)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database, "insert into campaigns (id, workspace_id, name, subject) values (5, 1, 'c', 's')");

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, statement));
    }

    private static async Task<List<long>> ClaimAllAsync(TenantDatabase app, long campaign, string worker)
    {
        var all = new List<long>();
        while (await app.ScalarAsync<long[]>(
            "select array_agg(id) from claim_email_sends($1, $2, $3, 150)", [campaign, worker], Stop) is { } ids)
        {
            all.AddRange(ids);
            await app.ScalarAsync<long>("select mark_email_sends_sent($1, $2, $3, 'p-')", [campaign, ids], Stop);
        }

        return all;
    }
}
