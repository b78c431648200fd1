using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>The plans of the statements inside the functions, as auto_explain tells them while the application's role calls.</summary>
public sealed class FunctionPlanTests(PostgresCluster cluster, FilledDatabase filled) : IClassFixture<FilledDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("search_leads_optimized(1)")]
    [InlineData("search_leads_optimized(1, p_term => 'more1777')")]
    [InlineData("search_leads_optimized(1, p_term => 'mo')")]
    [InlineData("search_leads_optimized(1, p_tags => '{t77}')")]
    [InlineData("search_leads_optimized(1, p_cursor => page)")]
    [InlineData("get_segmented_leads(1, '{\"field\":\"tags\",\"operator\":\"contains\",\"value\":\"t77\"}')")]
    [InlineData("get_segmented_leads(1, '{\"field\":\"custom.score\",\"operator\":\"equals\",\"value\":1777}')")]
    [InlineData("get_segmented_leads(1, '{\"field\":\"email\",\"operator\":\"contains\",\"value\":\"more1777\"}')")]
    [InlineData("count_segmented_leads(1, '{\"field\":\"tags\",\"operator\":\"contains\",\"value\":\"t77\"}')")]
    [InlineData("count_segmented_leads(1, '{\"field\":\"custom.score\",\"operator\":\"equals\",\"value\":1777}')")]
    [InlineData("count_segmented_leads(1, '{\"field\":\"email\",\"operator\":\"equals\",\"value\":\"more77@example.org\"}')")]
    [InlineData("count_segmented_leads(1, '{\"and\":[{\"field\":\"name\",\"operator\":\"contains\",\"value\":\"more "
        + "1777\"},{\"field\":\"tags\",\"operator\":\"contains\",\"value\":\"t277\"}]}')")]
    public async Task A_function_reads_leads_through_an_index_under_the_applications_role(string call)
    {
        var plans = await PlansAsync(filled.Database,
            call.Replace("p_cursor => page", "p_cursor => '1790000000000000.1'", StringComparison.Ordinal));
        var ofLeads = plans.Where(plan => plan.Contains(" on leads", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(ofLeads);
        Assert.All(ofLeads, plan => Assert.DoesNotContain("Seq Scan on leads", plan, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sequential_scan_inside_a_function_is_seen_by_this_test()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Filled);
        await database.Owner.ExecuteAsync(
            """
            do $$ begin execute (select string_agg('drop index ' || indexrelid::regclass, ';') from pg_index i
                where indrelid = 'leads'::regclass and not exists (select from pg_constraint where conindid = indexrelid));
            end $$
            """);
        var plans = await PlansAsync(database,
            "count_segmented_leads(1, '{\"field\":\"tags\",\"operator\":\"contains\",\"value\":\"t77\"}')");
        Assert.Contains(plans, plan => plan.Contains("Seq Scan on leads", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pooled_connection_does_not_keep_the_last_tenant_for_a_function_also_after_an_error()
    {
        var options = new NpgsqlConnectionStringBuilder(filled.Database.ConnectionString)
        {
            Options = "-c role=lh_app",
            MaxPoolSize = 1,
            NoResetOnClose = true,
        };
        await using var pool = NpgsqlDataSource.Create(options.ConnectionString);
        Assert.True(await pool.AskInAsync<long>(1, "select count(*) from search_leads_optimized(1)") > 0);
        Assert.Equal("LH001", (await Assert.ThrowsAsync<PostgresException>(
            () => pool.AskAsync<long>("select count(*) from search_leads_optimized(1)"))).SqlState);
        await Assert.ThrowsAsync<PostgresException>(
            () => pool.AskInAsync<long>(1, "select count(*) from search_leads_optimized(1, p_limit => -1)"));
        Assert.Equal("LH001", (await Assert.ThrowsAsync<PostgresException>(
            () => pool.AskAsync<long>("select count(*) from search_leads_optimized(1)"))).SqlState);
    }

    private static async Task<List<string>> PlansAsync(TestDatabase database, string call)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var plans = new List<string>();
        connection.Notice += (_, told) => plans.Add(told.Notice.MessageText);
        await ExecuteAsync(connection,
            """
            load 'auto_explain';
            set auto_explain.log_min_duration = 0;
            set auto_explain.log_nested_statements = on;
            set auto_explain.log_level = notice;
            select set_config('app.workspace_id', '1', false);
            set role lh_app;
            """);
        await ExecuteAsync(connection, $"select count(*) from {call}");
        return plans;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
