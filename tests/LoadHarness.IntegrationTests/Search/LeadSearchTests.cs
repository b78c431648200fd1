using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Search;

public sealed class LeadSearchTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_with_default_arguments_gives_the_newest_active_leads()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 120);
        await Workspaces.ExecuteAsync(database, "update leads set status = 'bounced' where email = 'lead1@own.io'");

        var found = await EmailsAsync(app, "search_leads_optimized($1)");

        Assert.Equal(Enumerable.Range(2, 50).Select(i => $"lead{i}@own.io"), found);
    }

    [Fact]
    public async Task Pages_together_hold_every_lead_once_also_where_many_have_one_time()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database,
            """
            insert into leads (workspace_id, email, created_at)
            select 1, 'lead' || i || '@own.io', timestamptz '2026-01-01' + (i / 100) * interval '1.000001 s'
            from generate_series(1, 1000) i
            """);

        var all = await AllPagesAsync(app, "search_leads_optimized($1, p_limit => 37, p_cursor => $2)");

        Assert.Equal(1_000, all.Count);
        Assert.Equal(1_000, all.Distinct().Count());
    }

    // As after an import: the walk goes on past the first window, because the statistics promise far more than a page.
    [Fact]
    public async Task What_many_leads_match_is_found_behind_as_many_newer_ones_that_do_not()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database,
            """
            insert into leads (workspace_id, email, source, created_at)
            select 1, 'lead' || i || '@own.io', case when i > 12000 then 'event' end, timestamptz '2026-01-01' - i * interval '1 second'
            from generate_series(1, 52000) i
            """);
        await Workspaces.ExecuteAsync(database, "analyze leads");

        var first = await EmailsAsync(app, "search_leads_optimized($1, p_source => 'event')");

        Assert.Equal(Enumerable.Range(12_001, 50).Select(i => $"lead{i}@own.io"), first);
    }

    // The rare ones are older than the walk of the newest leads reaches, so that both ways of finding them take part.
    [Theory]
    [InlineData("p_term => 'needle'")]
    [InlineData("p_term => 'NEEDLE'")]
    [InlineData("p_term => 'ne'")]
    [InlineData("p_term => 'n'")]
    [InlineData("p_tags => '{rare}'")]
    [InlineData("p_source => 'event'")]
    [InlineData("p_term => '100%_\\'")]
    public async Task What_few_leads_match_is_found_however_far_back_it_lies(string filter)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 11_000);
        await Workspaces.ExecuteAsync(database,
            """
            insert into leads (workspace_id, email, name, tags, source, created_at)
            select w, 'rare' || i || '@own.io', E'Needle 100%_\\', '{rare,other}', 'event', now() - (i * 40) * interval '1 hour'
            from generate_series(1, 7) i, generate_series(1, 2) w
            """);

        var all = await AllPagesAsync(app, $"search_leads_optimized($1, {filter}, p_limit => 3, p_cursor => $2)");

        Assert.Equal(Enumerable.Range(1, 7).Select(i => $"rare{i}@own.io"), all);
    }

    [Theory]
    [InlineData("p_term => '%'")]
    [InlineData("p_term => 'lead_@'")]
    [InlineData("p_term => '''; drop table leads; --'")]
    [InlineData("p_source => ''' or true --'")]
    [InlineData("p_tags => array[''' or true --']")]
    public async Task Metacharacters_match_only_themselves(string filter)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 20);

        Assert.Empty(await EmailsAsync(app, $"search_leads_optimized($1, {filter})"));
    }

    [Theory]
    [InlineData("LH001", "search_leads_optimized($1 + 1)")]
    [InlineData("LH001", "search_leads_optimized(null)")]
    [InlineData("LH005", "search_leads_optimized($1, p_cursor => '')")]
    [InlineData("LH005", "search_leads_optimized($1, p_cursor => 'x.1')")]
    [InlineData("LH005", "search_leads_optimized($1, p_cursor => '1.1; select 1')")]
    [InlineData("LH005", "search_leads_optimized($1, p_cursor => '99999999999999999999.1')")]
    [InlineData("LH006", "search_leads_optimized($1, p_limit => 0)")]
    [InlineData("LH006", "search_leads_optimized($1, p_limit => -50)")]
    [InlineData("LH006", "search_leads_optimized($1, p_limit => null)")]
    [InlineData("LH006", "search_leads_optimized($1, p_limit => 1000000)")]
    [InlineData("LH004", "search_leads_optimized($1, p_status => 'nope')")]
    [InlineData("LH004", "search_leads_optimized($1, p_term => repeat('x', 1000000))")]
    [InlineData("LH004", "search_leads_optimized($1, p_tags => array[null::text])")]
    public async Task Bad_input_is_refused_by_name(string state, string call)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, $"select count(*) from {call} where $1 > 0"));
    }

    private static async Task<List<string>> AllPagesAsync(TenantDatabase app, string call)
    {
        var all = new List<string>();
        string? cursor = null;
        do
        {
            var page = await EmailsAsync(app, call, cursor);
            if (page.Count == 0) return all;
            all.AddRange(page);
            cursor = await app.ScalarAsync<string>($"select (array_agg(cursor order by created_at, id))[1] from {call}", [cursor], Stop);
        }
        while (cursor is not null);
        return all;
    }

    private static async Task<List<string>> EmailsAsync(TenantDatabase app, string call, params object?[] arguments) =>
        [.. await app.ScalarAsync<string[]>($"select coalesce(array_agg(email), '{{}}') from {call}", arguments, Stop) ?? []];
}
