using LoadHarness.Comparing.Proving;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Comparing;

/// <summary>
/// Pages far down are walked to once, on the optimized schema: the places of C are the same words, and those of N the rows before.
/// </summary>
public sealed class DeepPagesTests(PostgresCluster cluster)
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_place_of_the_optimized_schema_is_that_of_C_and_its_rows_before_are_that_of_N()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        // Rows of one moment too: the id decides then.
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (name) values ('pages');
            insert into leads (workspace_id, email, name, status, created_at)
            select w.id, 'l' || g || '@p.example', 'n', case when g % 5 = 0 then 'bounced' else 'active' end,
                   now() - (g / 3) * interval '1 minute'
            from workspaces w, generate_series(1, 400) g
            where w.name = 'pages'
            """, Stop);
        await using var connection = await database.Owner.OpenConnectionAsync(Stop);
        var workspace = await connection.ScalarAsync<long>(
            "select id, set_config('app.workspace_id', id::text, false) from workspaces where name = 'pages'", Stop);
        var (careful, naive) = (Baselines.Shipped.Of("C"), Baselines.Shipped.Of("N"));
        var shipped = QueryCatalog.Shipped;

        var page = await PageAsync(shipped["search_first_page"]);
        Assert.Equal(page, await PageAsync(careful["search_first_page"]));
        long before = 0;
        while (page.Count > 0)
        {
            before += page.Count;
            var cursor = page[^1].Cursor;
            page = await PageAsync(shipped["search_deep_page"], cursor);
            Assert.Equal(page, await PageAsync(careful["search_deep_page"], cursor));
            Assert.Equal(page.Select(row => row.Id), (await PageAsync(naive["search_deep_page"], before.ToString())).Select(row => row.Id));
        }

        Assert.Equal(320, before);

        Task<List<(long Id, string Cursor)>> PageAsync(string statement, params object[] place) => connection.ListAsync(
            statement, row => (row.GetInt64(0), row.GetString(row.GetOrdinal("cursor"))), Stop, [workspace, .. place]);
    }
}
