using LoadHarness.Core.Measurement;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Observation.Plans;
using LoadHarness.Scenarios;
using Npgsql;

namespace LoadHarness.IntegrationTests.Observation;

/// <summary>Plans are looked into, also inside functions, and are called opaque where they cannot be.</summary>
public sealed class PlanTests(SeededLoad seeded) : IClassFixture<SeededLoad>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_operation_has_a_plan_that_was_seen_whole_and_leaves_no_row()
    {
        await using ScenarioEnvironment environment = seeded.Bench();
        var before = await CountsAsync();
        var (plans, notes) = await PlanCollector.CollectAsync(
            seeded.Database.ConnectionString, seeded.Seed.PrimaryWorkspaceId, ExplainedQueries.Of(environment), Stop);
        Assert.Empty(notes);
        var operations = ScenarioCatalog.All.SelectMany(scenario => scenario.Build(environment))
            .SelectMany(load => load.Operations.Select(operation => $"{load.Name}/{operation.Name}"));
        Assert.Empty(operations.Except(plans.SelectMany(plan => plan.Operations)));
        Assert.All(plans, plan => Assert.Equal(PlanSight.Whole, plan.Sight));
        Assert.Equal(before, await CountsAsync());

        var lookup = Assert.Single(plans, plan => plan.Query == "email_lookup");
        Assert.Contains("email", Assert.Single(lookup.Indexes), StringComparison.Ordinal);
        Assert.NotEqual(Fingerprint(plans, "status_page"), Fingerprint(plans, "recent_leads"));
        var page = Assert.Single(plans, plan => plan.Query == "segment_page");
        Assert.Contains(page.Inner, inner => inner.Text.Contains(" on leads", StringComparison.Ordinal)
            && inner.Statement.Contains("custom_fields", StringComparison.Ordinal));
        // All of them, though a run keeps 20: which of them are the slowest is chance, and two equal arms would differ.
        Assert.InRange(Assert.Single(plans, plan => plan.Query == "import_merge").Inner.Count, 21, 100);
        Assert.NotEmpty(Assert.Single(plans, plan => plan.Query == "campaign_claim").Inner);
    }

    [Fact]
    public async Task A_scan_inside_a_function_is_seen_and_an_index_that_is_gone_changes_the_fingerprint()
    {
        const string call = """
            select count_segmented_leads($1, '{"field":"email","operator":"equals","value":"nobody@example.org"}')
            """;
        // Other tests change rows: statistics that are renewed between two plans may change them.
        await seeded.Database.Owner.ExecuteAsync(
            """
            do $$
            declare v_table regclass;
            begin
                for v_table in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' loop
                    execute format('alter table %s set (autovacuum_enabled = off)', v_table);
                end loop;
            end $$
            """);
        var with = await OneAsync(seeded.Database.ConnectionString, call);
        await using var connection = await seeded.Database.Owner.OpenConnectionAsync(Stop);
        await using var settings = new NpgsqlCommand(
            """
            alter function count_segmented_leads(bigint, jsonb, bigint)
                set enable_indexscan = off set enable_bitmapscan = off set enable_indexonlyscan = off
            """, connection);
        await settings.ExecuteNonQueryAsync(Stop);
        var without = await OneAsync(seeded.Database.ConnectionString, call);
        await seeded.Database.Owner.ExecuteAsync(
            """
            alter function count_segmented_leads(bigint, jsonb, bigint)
                reset enable_indexscan reset enable_bitmapscan reset enable_indexonlyscan
            """);

        Assert.Empty(OfLeads(with));
        Assert.NotEmpty(with.Indexes);
        Assert.Equal(["leads"], OfLeads(without));
        Assert.NotEqual(with.Fingerprint, without.Fingerprint);
        Assert.Equal(with.Fingerprint, (await OneAsync(seeded.Database.ConnectionString, call)).Fingerprint);

        // Whether there are bits is asked of a table with a row a workspace: it is read in sequence either way.
        static IEnumerable<string> OfLeads(QueryPlan plan) => plan.SequentialScans.Except(["segment_bit_workspaces"]);
    }

    [Fact]
    public async Task Without_auto_explain_a_function_is_opaque_and_a_plain_statement_is_not()
    {
        await seeded.Database.Owner.ExecuteAsync("create role plain_login login password 'plain' in role lh_app, lh_worker");
        var login = new NpgsqlConnectionStringBuilder(seeded.Database.ConnectionString)
        {
            Username = "plain_login",
            Password = "plain",
        }.ConnectionString;
        try
        {
            await using ScenarioEnvironment environment = seeded.Bench();
            var (plans, notes) = await PlanCollector.CollectAsync(
                login, seeded.Seed.PrimaryWorkspaceId, ExplainedQueries.Of(environment), Stop);
            Assert.Empty(notes);
            var page = Assert.Single(plans, plan => plan.Query == "segment_page");
            Assert.Equal(PlanSight.Opaque, page.Sight);
            Assert.Contains("get_segmented_leads", page.OpaqueReason, StringComparison.Ordinal);
            Assert.Equal(PlanSight.Whole, Assert.Single(plans, plan => plan.Query == "email_lookup").Sight);
            var status = Assert.Single(plans, plan => plan.Query == "status_page");
            Assert.Contains($"Execution Time: {status.ExecutionTime.TotalMilliseconds:0.000} ms", status.Text, StringComparison.Ordinal);
        }
        finally
        {
            await seeded.Database.Owner.ExecuteAsync("drop role plain_login");
        }
    }

    [Theory]
    [InlineData("  ->  Index Scan using leads_pkey on leads l  (cost=0.43..8.45 rows=1 width=64)", "Index Scan", "leads", "leads_pkey")]
    [InlineData("Index Only Scan Backward using \"odd (name\" on \"Odd Table\"  (cost=0..1 rows=1 width=6)", "Index Only Scan Backward",
        "Odd Table", "odd (name")]
    [InlineData("              ->  Bitmap Index Scan on leads_tags_idx  (cost=0..1 rows=1 width=0) (never executed)", "Bitmap Index Scan",
        null, "leads_tags_idx")]
    [InlineData("  ->  Parallel Seq Scan on leads  (cost=0..1 rows=1 width=6)", "Parallel Seq Scan", "leads", null)]
    [InlineData("Function Scan on get_segmented_leads  (cost=0.25..10.25 rows=1000 width=208)", "Function Scan", null, null)]
    [InlineData("Insert on email_sends  (cost=0..1 rows=0 width=0)", "Insert", "email_sends", null)]
    public void A_line_of_a_plan_is_read_with_its_names(string line, string kind, string? relation, string? index)
    {
        var node = Assert.Single(PlanNode.Of(line));
        Assert.Equal((kind, relation, index), (node.Kind, node.Relation, node.Index));
    }

    private static string Fingerprint(IReadOnlyList<QueryPlan> plans, string query) => Assert.Single(plans, plan => plan.Query == query)
        .Fingerprint;

    private async Task<QueryPlan> OneAsync(string login, string sql) => Assert.Single((await PlanCollector.CollectAsync(
        login, seeded.Seed.PrimaryWorkspaceId, [[ExplainedStatement.Read("one", sql, [], "some/operation")]], Stop)).Plans);

    private Task<string> CountsAsync() => seeded.Database.Owner.AskAsync<string>(
        """
        select concat_ws(' ', (select count(*) from leads), (select count(*) from campaigns), (select count(*) from email_sends),
            (select count(*) from lead_imports), (select count(*) from lead_import_rows))
        """);
}
