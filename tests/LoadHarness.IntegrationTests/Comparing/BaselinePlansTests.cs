using LoadHarness.Comparing.Proving;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>
/// A baseline gets a fair plan: what reads a whole workspace is planned with its number however often it is sent. The server's own choice
/// after five calls is one plan for all, which takes the index on the workspace where the large one has nearly every row.
/// </summary>
public sealed class BaselinePlansTests(PostgresCluster cluster)
{
    private const int Calls = 9;

    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("C")]
    [InlineData("N")]
    public async Task A_statement_that_reads_a_whole_workspace_is_planned_with_its_number_at_each_call(string baseline)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Base);
        await Workspaces.AddAsync(database);
        var queries = Baselines.Shipped.Of(baseline);
        // Own sessions of the base schema's owner: it has no roles.
        await using var tenant = TenantDatabase.Open(database.ConnectionString, "none", Workspaces.Own, connections: 1);
        await using var connection = await tenant.ConnectAsync(Stop);
        (string Name, object[] Arguments)[] whole =
        [
            ("recent_leads", []), ("tag_filter", ["vip"]), ("custom_field_filter", ["pro", "DE"]), ("search_first_page", []),
            ("search_by_term", ["maria"]), ("search_deep_page", [baseline == "N" ? "50" : "1750000000000000.1"]),
            .. Enumerable.Range(1, 12).SelectMany(number => new[] { $"segment_count_{number}", $"segment_page_{number}" })
                .Select(name => (name, Array.Empty<object>())),
        ];

        for (var call = 0; call < Calls; call++)
        {
            foreach (var (name, arguments) in whole.Append(("email_lookup", ["a@b.example"])))
            {
                await using var reader = await tenant.QueryAsync(connection, queries[name], arguments, Stop);
                await TenantDatabase.DrainAsync(reader, Stop);
            }
        }

        var plans = (await connection.ListAsync(
            "select statement, generic_plans, custom_plans from pg_prepared_statements",
            row => (Text: row.GetString(0), Generic: row.GetInt64(1), Custom: row.GetInt64(2)), Stop)).ToLookup(row => row.Text);
        Assert.All(whole, one => Assert.True(
            plans[queries[one.Name]].Single() is { Generic: 0, Custom: >= Calls - 2 }, $"{one.Name}: {plans[queries[one.Name]].Single()}"));
        // One row by an index: the plan for all is the same, and saves the planning.
        Assert.True(plans[queries["email_lookup"]].Single().Generic > 0);
        Assert.Equal("auto", await connection.ScalarAsync<string>("select current_setting('plan_cache_mode')", Stop));
    }
}
