using System.Text.Json;
using LoadHarness.Core;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Distribution;
using LoadHarness.Postgres.Migration;
using LoadHarness.Postgres.Workload;
using LoadHarness.Seeding;
using Npgsql;

namespace LoadHarness.IntegrationTests.Distribution;

/// <summary>The schema on a real coordinator with workers, against one server with the same rows.</summary>
public sealed class DistributedTests(PostgresCluster cluster, CoordinatorDatabase coordinator) : IClassFixture<CoordinatorDatabase>
{
    private const string Segment = """
        {"and": [{"field": "tags", "operator": "exists"}, {"field": "created_at", "operator": "after", "value": "2000-01-01"}]}
        """;

    private static readonly string[] Answers =
    [
        """
        select count(*) || ' ' || sum(hashtext(l::text))
        from (select id, workspace_id, email, name, status, tags, custom_fields, created_at at time zone 'UTC' from leads) l
        """,
        """
        select count(*) || ' ' || sum(hashtext(s::text))
        from (select id, lead_id, campaign_id, status, created_at at time zone 'UTC' from email_sends) s
        """,
        "select count(*) || ' ' || sum(lead_id) from lead_activities",
        """
        select string_agg(workspace_id || ':' || n, ' ' order by workspace_id)
        from (select workspace_id, count(*) as n from leads group by 1) w
        """,
        "select string_agg(concat_ws(' ', id, total_recipients, sent_count, opened_count), '; ' order by id) from campaigns",
        "select sum(leads) || ' ' || count(*) from lead_analytics",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_table_of_tenants_is_spread_by_workspace_and_everybodys_is_on_each_node()
    {
        _ = CoordinatorDatabase.ConnectionString;
        Assert.Empty(await coordinator.Owner.ListAsync(
            $"""
            select w.table_name from ({Distributor.Waiting}) as w (table_name, workspace)
            where not exists (select from pg_dist_partition p where p.logicalrelid = w.table_name::regclass and p.partmethod = 'h')
            """));
        Assert.Equal(1, await coordinator.Owner.AskAsync<long>(
            "select count(distinct colocationid) from pg_dist_partition where partmethod = 'h'"));
        Assert.Equal("n", await coordinator.Owner.AskAsync<string>(
            "select partmethod::text from pg_dist_partition where logicalrelid = 'users'::regclass"));
        // Again it finds nothing to do.
        await new Migrator(coordinator.Owner).BuildAsync(SilentProgress.Instance, Stop);
    }

    [Fact]
    public async Task The_rows_and_the_answers_are_those_of_one_server()
    {
        var target = CoordinatorDatabase.ConnectionString;
        await using var single = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await new Seeder(single.Owner).SeedAsync(CoordinatorDatabase.Request, SilentProgress.Instance, Stop);
        // The other tests bring leads of their own.
        await coordinator.SeedAnewAsync(Stop);
        // A worker numbers the rows that it writes itself from 2^48 times its group on.
        Assert.Equal(0, await coordinator.Owner.AskAsync<long>(
            "select count(*) from pg_sequences where schemaname = 'public' and last_value >= 281474976710656"));
        foreach (var question in Answers)
            Assert.Equal(await single.Owner.AskAsync<string>(question), await coordinator.Owner.AskAsync<string>(question));
        foreach (var workspace in new long[] { 1, 2 })
            Assert.Equal(await AnswersAsync(single.ConnectionString, workspace), await AnswersAsync(target, workspace));
    }

    [Fact]
    public async Task A_workspace_sees_its_own_rows_alone_and_without_one_nothing_is_seen()
    {
        var target = CoordinatorDatabase.ConnectionString;
        await ClusterTraps.RequireNoneAsync(target, Stop);
        await using var app = TenantDatabase.Open(target, "lh_app", 2, 1);
        Assert.True(await app.ScalarAsync<long>("select count(*) from leads where $1 > 0", [], Stop) > 0);
        Assert.Equal(0, await app.ScalarAsync<long>("select count(*) from leads where workspace_id <> $1", [], Stop));
        await Assert.ThrowsAsync<PostgresException>(() => app.ScalarAsync<long>("select count_segmented_leads($1 + 1, '{}')", [], Stop));
        Assert.True(await app.ScalarAsync<long>("select count(*) from workspace_users() where $1 > 0", [], Stop) > 0);
    }

    [Fact]
    public async Task An_import_merges_a_campaign_is_sent_once_and_events_count()
    {
        await using var app = TenantDatabase.Open(CoordinatorDatabase.ConnectionString, "lh_app", 1, 4);
        var tag = Guid.NewGuid().ToString("N")[..8];
        var rows = Enumerable.Range(1, 500)
            .Select(n => new ImportRow($"n{n % 400}.{tag}@example.com", $"N {n}", null, null, null, "test", [tag], "{}")).ToList();
        var outcome = await LeadImport.RunAsync(app, "test", rows, 2, (_, work) => work(), Stop);
        Assert.Equal(new ImportOutcome(400, 100, 0), outcome);
        Assert.Equal(new ImportOutcome(0, 500, 0), await LeadImport.RunAsync(app, "test", rows, 2, (_, work) => work(), Stop));

        var segment = JsonSerializer.Serialize(new { field = "tags", @operator = "contains", value = tag });
        Assert.Equal(400, await app.ScalarAsync<long>("select count_segmented_leads($1, $2::jsonb)", [segment], Stop));
        var campaign = await app.ScalarAsync<long>(
            "insert into campaigns (workspace_id, name, subject) values ($1, 'c', 's') returning id", [], Stop);
        const string schedule = "select total_scheduled from bulk_schedule_email_sends($2, $1, $3::jsonb)";
        Assert.Equal(400, await app.ScalarAsync<long>(schedule, [campaign, segment], Stop));
        Assert.Equal(0, await app.ScalarAsync<long>(schedule, [campaign, segment], Stop));

        Task<long[]?> ClaimAsync(int worker) => app.ScalarAsync<long[]>(
            "select array_agg(id) from claim_email_sends($1, $2, $3, 100)", [campaign, $"w{worker}"], Stop);
        var claimed = (await Task.WhenAll(Enumerable.Range(0, 4).Select(ClaimAsync))).ToList();
        while (await ClaimAsync(0) is { } more) claimed.Add(more);
        var ids = claimed.SelectMany(batch => batch ?? []).ToArray();
        Assert.Equal(400, ids.Length);
        Assert.Equal(400, ids.Distinct().Count());
        Assert.Equal(ids.Length, await app.ScalarAsync<long>(
            "select mark_email_sends_sent($1, $2, $3, 'p')", [campaign, ids], Stop));
        var events = JsonSerializer.Serialize(
            ids.Take(10).Select(id => new { id, @event = "opened", occurred_at = "2026-01-01T00:00:00Z" }));
        Assert.Equal(10, await app.ScalarAsync<long>(
            "select applied_count from apply_send_events($2::jsonb) where $1 > 0", [events], Stop));
        await coordinator.Owner.ExecuteAsync("select fold_campaign_metrics()");
        Assert.Equal($"{ids.Length} 10", await coordinator.Owner.AskAsync<string>(
            "select sent_count || ' ' || opened_count from campaigns where workspace_id = 1 and id = $1", campaign));
    }

    [Fact]
    public async Task A_deletion_is_told_in_one_row_and_bits_are_off()
    {
        await using var app = TenantDatabase.Open(CoordinatorDatabase.ConnectionString, "lh_app", 3, 1);
        await app.ScalarAsync<long>(
            "insert into leads (workspace_id, email) select $1, 'gone' || g || '@example.com' from generate_series(1, 5) g returning id",
            [], Stop);
        Assert.Equal(5, await app.ScalarAsync<long>(
            "with d as (delete from leads where workspace_id = $1 and email like 'gone%' returning 1) select count(*) from d", [], Stop));
        Assert.Equal("5 5", await app.ScalarAsync<string>(
            """
            select (details ->> 'leads') || ' ' || jsonb_array_length(details -> 'ids')
            from audit_logs
            where workspace_id = $1 and action = 'delete'
            order by id desc limit 1
            """, [], Stop));
        Assert.False(await coordinator.Owner.AskAsync<bool>("select segment_bits_are_on()"));
        Assert.Equal(0, await coordinator.Owner.AskAsync<long>("select count(*) from segment_changes"));
    }

    [Fact]
    public async Task A_workspace_and_its_members_are_made_changed_and_deleted()
    {
        await using var first = TenantDatabase.Open(CoordinatorDatabase.ConnectionString, "lh_app", 1, 1);
        var id = await first.ScalarAsync<long>("select create_workspace('New', 'owner@new.example', 'Olga') where $1 > 0", [], Stop);
        await using var app = TenantDatabase.Open(CoordinatorDatabase.ConnectionString, "lh_app", id, 1);
        var member = await app.ScalarAsync<long>("select add_member($1, 'member@new.example', 'Max')", [], Stop);
        Assert.True(await app.ScalarAsync<bool>("select change_user($1, $2, 'Maxine', 'maxine@new.example')", [member], Stop));
        Assert.True(await app.ScalarAsync<bool>("select remove_member($1, $2)", [member], Stop));
        Assert.True(await app.ScalarAsync<bool>("select done from delete_workspace($1)", [], Stop));
        Assert.Equal(0, await coordinator.Owner.AskAsync<long>("select count(*) from users where email like '%@new.example'"));
    }

    [Fact]
    public async Task A_rollback_is_refused_and_changes_nothing()
    {
        _ = CoordinatorDatabase.ConnectionString;
        var refused = await Assert.ThrowsAsync<HarnessException>(
            () => new Migrator(coordinator.Owner).DownAsync(SilentProgress.Instance, Stop));
        Assert.Contains("identity columns", refused.Message, StringComparison.Ordinal);
        await Every_table_of_tenants_is_spread_by_workspace_and_everybodys_is_on_each_node();
    }

    [Fact]
    public async Task A_migration_that_is_new_is_applied_to_a_cluster_that_is_spread_already()
    {
        _ = CoordinatorDatabase.ConnectionString;
        // 018 makes a trigger anew. What is not in the journal is new, and the last ones go first.
        Assert.NotEqual(0, await coordinator.Owner.AskAsync<long>(
            "with gone as (delete from loadharness.journal where migration >= '018_guards' returning 1) select count(*) from gone"));
        await new Migrator(coordinator.Owner).UpAsync(SilentProgress.Instance, Stop);
        var status = await new Migrator(coordinator.Owner).StatusAsync(Stop);
        Assert.All(status.Migrations, line => Assert.Equal(MigrationState.Applied, line.State));
    }

    private static async Task<string> AnswersAsync(string connectionString, long workspace)
    {
        await using var app = TenantDatabase.Open(connectionString, "lh_app", workspace, 1);
        return string.Join('\n',
            await app.ScalarAsync<long>("select count_segmented_leads($1, $2::jsonb)", [Segment], Stop),
            await app.ScalarAsync<string>("select string_agg(id::text, ' ') from get_segmented_leads($1, $2::jsonb, 50)", [Segment], Stop),
            await app.ScalarAsync<string>(
                "select string_agg(id::text, ' ') from search_leads_optimized($1, p_term => 'example', p_limit => 200)", [], Stop),
            await app.ScalarAsync<long>("select count(*) from leads where workspace_id = $1 and status = 'active'", [], Stop),
            await app.ScalarAsync<string>(
                "select string_agg(g::text, ' ') from get_lead_growth_analytics($1, '2025-01-01', '2026-12-01', 'month') g", [], Stop));
    }
}
