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
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", segment));
        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, "select count(*) from get_segmented_leads($1, $2::jsonb)", segment));
    }

    [Fact]
    public async Task Segments_nest_eight_levels_and_no_more()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(0, await app.ScalarAsync<long>("select count_segmented_leads($1, $2::jsonb)", [Nested(7)], TestContext.Current.CancellationToken));
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
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal(state, await Workspaces.SqlStateOfAsync(app, $"select count(*) from {call} where $1 > 0", """{"field":"status","operator":"equals","value":"active"}"""));
    }

    [Fact]
    public async Task Ten_megabytes_of_conditions_are_refused_by_name()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var segment = $$"""{"field":"name","operator":"equals","value":"{{new string('x', 10_000_000)}}"}""";

        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select count_segmented_leads($1, $2::jsonb)", segment));
    }

    private static string Nested(int groups) =>
        string.Concat(Enumerable.Repeat("{\"not\":", groups)) + """{"field":"name","operator":"equals","value":"x"}""" + new string('}', groups);
}
