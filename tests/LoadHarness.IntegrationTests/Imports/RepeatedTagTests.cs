using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Imports;

/// <summary>A tag that a row names more than once: the lead has it once, whichever way the row came.</summary>
public sealed class RepeatedTagTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{a,a}", "{a}")]
    [InlineData("{b,a,b}", "{b,a}")]
    [InlineData("{c,b,a,c,b}", "{c,b,a}")]
    // No more tags than a lead may have, however often they are named.
    [InlineData("", "{x}")]
    public async Task A_row_that_names_a_tag_twice_gives_it_once(string tags, string kept)
    {
        if (tags == "") tags = $"{{{string.Join(',', Enumerable.Repeat("x", 101))}}}";
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'csv')", [], Stop);
        await app.ScalarAsync<object?>(
            "insert into lead_import_rows (import_id, row_number, email, tags) select $2, 1, 'copy@x.io', $3 where $1 > 0 returning null",
            [import, tags], Stop);
        await LeadImport.MergeAsync(app, import, Stop);
        foreach (var call in (string[])["select imported_count from fast_bulk_lead_import", "select success_count from bulk_insert_leads"])
            await app.ScalarAsync<long>(
                call + "($1, jsonb_build_array(jsonb_build_object('email', $3::text || '@x.io', 'tags', to_jsonb($2::text::text[]))))",
                [tags, call[7..10]], Stop);

        Assert.Equal(3, await database.Owner.AskAsync<long>("select count(*) from leads where tags = $1::text::text[]", kept));
    }
}
