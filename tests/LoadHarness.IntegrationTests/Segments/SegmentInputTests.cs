using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Segments;

public sealed class SegmentInputTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("LH004", null)]
    [InlineData("LH004", "null")]
    [InlineData("LH004", "7")]
    [InlineData("LH004", "[]")]
    [InlineData("LH002", "{}")]
    [InlineData("LH004", """{"and":[]}""")]
    [InlineData("LH004", """{"and":{}}""")]
    [InlineData("LH004", """{"or":null}""")]
    [InlineData("LH004", """{"not":[]}""")]
    [InlineData("LH004", """{"and":[7]}""")]
    [InlineData("LH004", """{"and":[{"field":"name","operator":"equals","value":"x"}],"or":[]}""")]
    [InlineData("LH002", """{"field":"nope","operator":"equals","value":"x"}""")]
    [InlineData("LH002", """{"field":7,"operator":"equals","value":"x"}""")]
    [InlineData("LH002", """{"field":"workspace_id","operator":"equals","value":"2"}""")]
    [InlineData("LH002", """{"field":"custom.","operator":"equals","value":"x"}""")]
    [InlineData("LH003", """{"field":"name","operator":"matches","value":"x"}""")]
    [InlineData("LH003", """{"field":"name","operator":null,"value":"x"}""")]
    [InlineData("LH003", """{"field":"name","operator":"before","value":"2026-01-01"}""")]
    [InlineData("LH003", """{"field":"tags","operator":"greater_than","value":1}""")]
    [InlineData("LH004", """{"field":"name","operator":"equals"}""")]
    [InlineData("LH004", """{"field":"name","operator":"equals","value":7}""")]
    [InlineData("LH004", """{"field":"name","operator":"in","value":[]}""")]
    [InlineData("LH004", """{"field":"name","operator":"exists","value":"yes"}""")]
    [InlineData("LH004", """{"field":"name","operator":"equals","value":"x","extra":1}""")]
    [InlineData("LH004", """{"field":"created_at","operator":"before","value":"soon"}""")]
    [InlineData("LH004", """{"field":"created_at","operator":"before","value":"2026-02-30"}""")]
    [InlineData("LH004", """{"field":"custom.score","operator":"greater_than","value":"50"}""")]
    [InlineData("LH004", """{"field":"custom.score","operator":"equals","value":{"a":1}}""")]
    public async Task A_bad_segment_is_refused_by_name(string state, string? segment)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", segment));
        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, "select count(*) from get_segmented_leads($1, $2::jsonb)", segment));
    }

    [Fact]
    public async Task Segments_nest_eight_levels_and_no_more()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(0, await app.ScalarAsync<long>(
            "select count_segmented_leads($1, $2::jsonb)", [Nested(7)], TestContext.Current.CancellationToken));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", Nested(8)));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", Nested(1_000)));
    }

    [Theory]
    [InlineData("LH006", "count_segmented_leads($1, $2::jsonb, 0)")]
    [InlineData("LH006", "count_segmented_leads($1, $2::jsonb, -1)")]
    [InlineData("LH001", "count_segmented_leads($1 + 1, $2::jsonb)")]
    [InlineData("LH001", "count_segmented_leads(null, $2::jsonb)")]
    [InlineData("LH006", "get_segmented_leads($1, $2::jsonb, -1)")]
    [InlineData("LH005", "get_segmented_leads($1, $2::jsonb, 10, 'x')")]
    [InlineData("LH001", "get_segmented_leads($1 + 1, $2::jsonb)")]
    public async Task A_bad_limit_cursor_or_workspace_is_refused_by_name(string state, string call)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(
            app, $"select count(*) from {call} where $1 > 0", """{"field":"status","operator":"equals","value":"active"}"""));
    }

    [Fact]
    public async Task Ten_megabytes_of_conditions_are_refused_by_name()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);
        var segment = $$"""{"field":"name","operator":"equals","value":"{{new string('x', 10_000_000)}}"}""";

        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", segment));
    }

    [Fact]
    public async Task What_would_take_seconds_to_plan_is_refused_and_long_lists_are_not()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        await using var app = await Workspaces.OpenAppAsync(database);
        var values = string.Join(',', Enumerable.Range(0, 700).Select(value => $"\"{value}\""));
        var lists = string.Join(
            ',', Enumerable.Range(0, 40).Select(key => $$"""{"field":"custom.k{{key}}","operator":"in","value":[{{values}}]}"""));
        var contains = string.Join(
            ',', Enumerable.Range(0, 100).Select(word => $$"""{"field":"email","operator":"contains","value":"word{{word}}"}"""));
        string Groups(int count) => $$"""{"or":[{{string.Join(',', Enumerable.Repeat($$"""{"or":[{{contains}}]}""", count))}}]}""";

        Assert.Equal(0, await app.ScalarAsync<long>(
            "select count_segmented_leads($1, $2::jsonb)", [$$"""{"or":[{{lists}}]}"""], TestContext.Current.CancellationToken));
        Assert.Equal(0, await app.ScalarAsync<long>(
            "select count_segmented_leads($1, $2::jsonb)", [Groups(3)], TestContext.Current.CancellationToken));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", Groups(4)));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", Groups(30)));
    }

    [Theory]
    [InlineData("created_at")]
    [InlineData("custom.d")]
    public async Task Any_time_is_before_a_date_in_it_or_after_it(string field)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(database,
            """
            insert into leads (workspace_id, email, created_at, custom_fields)
            select 1, 'l' || n || '@x.io', t,
                   jsonb_build_object('d',
                       case n % 3 when 0 then to_char(t, 'YYYY-MM-DD') when 1 then to_char(t, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
                           else to_char(t + interval '5 hours', 'YYYY-MM-DD HH24:MI:SS"+05:00"') end)
            from generate_series(1, 300) as n, lateral (select '2026-03-01Z'::timestamptz + n * interval '79 minutes' as t) as at
            """);
        foreach (var value in (string[])["2026-03-08", "2026-03-08Z", "2026-03-08+05:00", "2026-03-08-11:30", "2026-03-08T12:00:00Z",
            "2026-03-01", "2026-03-31", "0001-01-01", "9999-12-31"])
        {
            var counts = new List<long>();
            foreach (var op in (string[])["before", "equals", "after"])
                counts.Add(await app.ScalarAsync<long>("select count_segmented_leads($1, $2::jsonb)",
                    [$$"""{"field":"{{field}}","operator":"{{op}}","value":"{{value}}"}"""], TestContext.Current.CancellationToken));
            Assert.Equal(300, counts.Sum());
        }
    }

    private static string Nested(int groups) =>
        string.Concat(Enumerable.Repeat("{\"not\":", groups)) + """{"field":"name","operator":"equals","value":"x"}"""
            + new string('}', groups);
}
