using LoadHarness.IntegrationTests.Infrastructure;

namespace LoadHarness.IntegrationTests.Imports;

public sealed class BulkLeadsTests(PostgresCluster cluster)
{
    private const string Mixed =
        """
        [{"email":"a@x.io","name":"Old"}, {"email":"A@x.io","name":"New","tags":["vip"]}, {"email":""}, {}, 5, {"email":7},
         {"email":"b@x.io","tags":[1]}, {"email":"c@x.io","custom_fields":[]}, {"email":"d@x.io","custom_fields":{"score":3}}]
        """;

    [Fact]
    public async Task Inserting_counts_successes_errors_and_duplicates_and_one_duplicate_aborts_nothing()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal("2/6/1", await app.ScalarAsync<string>(
            "select success_count || '/' || error_count || '/' || duplicate_count from bulk_insert_leads($1, $2::jsonb)", [Mixed], Stop));
        Assert.Equal("0/6/3", await app.ScalarAsync<string>(
            "select success_count || '/' || error_count || '/' || duplicate_count from bulk_insert_leads($1, $2::jsonb)", [Mixed], Stop));
        Assert.Equal("New", await Workspaces.ReadAsync<string>(database, "select name from leads where email = 'a@x.io'"));
    }

    [Fact]
    public async Task Importing_updates_existing_leads_and_reports_each_bad_row_by_its_number()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(
            database, """insert into leads (workspace_id, email, tags, custom_fields) values (1, 'a@x.io', '{old}', '{"plan":"pro"}')""");

        Assert.Equal("1/2/6", await app.ScalarAsync<string>(
            "select imported_count || '/' || updated_count || '/' || error_count from fast_bulk_lead_import($1, $2::jsonb)", [Mixed],
            Stop));
        Assert.Equal("3,4,5,6,7,8", await app.ScalarAsync<string>(
            "select string_agg(e ->> 'row', ',') from fast_bulk_lead_import($1, $2::jsonb), jsonb_array_elements(errors) e", [Mixed],
                Stop));
        Assert.Equal("0/3/6", await app.ScalarAsync<string>(
            "select imported_count || '/' || updated_count || '/' || error_count from fast_bulk_lead_import($1, $2::jsonb)", [Mixed],
            Stop));
        Assert.Equal("{old,vip}", await Workspaces.ReadAsync<string>(database, "select tags::text from leads where email = 'a@x.io'"));
    }

    [Theory]
    [InlineData("bulk_insert_leads", null)]
    [InlineData("bulk_insert_leads", "{}")]
    [InlineData("bulk_insert_leads", "7")]
    [InlineData("fast_bulk_lead_import", null)]
    [InlineData("fast_bulk_lead_import", "\"text\"")]
    [InlineData("fast_bulk_lead_import", "null")]
    public async Task What_is_not_an_array_is_refused_by_name(string function, string? leads)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);

        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, $"select {function}($1, $2::jsonb)::text", (object?)leads));
        Assert.Equal("LH001", await Workspaces.SqlStateOfAsync(app, $"select {function}($1 + 1, '[]')::text"));
    }

    [Fact]
    public async Task Ten_megabytes_of_leads_are_imported()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var note = new string('x', 1_000);
        var leads = "[" + string.Join(
            ',', Enumerable.Range(1, 10_000).Select(i => $$$"""{"email":"n{{{i}}}@x.io","custom_fields":{"note":"{{{note}}}"}}""")) + "]";

        Assert.Equal(10_000, await app.ScalarAsync<long>("select imported_count from fast_bulk_lead_import($1, $2::jsonb)", [leads], Stop));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
}
