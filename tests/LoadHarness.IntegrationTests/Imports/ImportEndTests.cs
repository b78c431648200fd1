using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Imports;

/// <summary>Imports that end otherwise than by being merged: late rows, cancelled and forgotten ones.</summary>
public sealed class ImportEndTests(PostgresCluster cluster)
{
    private const string Stage = "insert into lead_import_rows (import_id, row_number, email) select $2, 1, 'late@x.io' where $1 > 0";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_that_come_late_or_for_no_import_are_refused()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var finished = await LeadImportTests.StageAsync(app, 10);
        await LeadImport.MergeAsync(app, finished, Stop);
        var merging = await LeadImportTests.StageAsync(app, 10);
        await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, 4)", [merging], Stop);

        foreach (var import in (long[])[finished, merging, 999, -1])
            Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, Stage, import));

        await LeadImport.MergeAsync(app, merging, Stop);
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from lead_import_rows"));
        Assert.Equal(10, await database.Owner.AskAsync<long>("select count(*) from leads"));
    }

    [Fact]
    public async Task One_call_cuts_a_file_into_fewer_chunks_than_a_session_may_have_subtransactions()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        Assert.Equal(["1: 1 of 10000", "600000: 60 of 10000", "600001: 60 of 10001", "2000000: 60 of 33334", "100000000: 60 of 1666667"],
            await database.Owner.ListAsync(
                """
                select format('%s: %s of %s', n, ceil(n::numeric / import_chunk_rows(n)), import_chunk_rows(n))
                from unnest(array[1, 600000, 600001, 2000000, 100000000]) as n
                """));
    }

    [Theory]
    [InlineData("select merged from finish_lead_import(1, $1)")]
    [InlineData("select cancel_lead_import(1, $1)")]
    public async Task Rows_that_come_late_in_the_very_transaction_are_refused_too(string end)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'file')", [], Stop);
        await using var session = await OpenTransaction.BeginAsync(app, Stop);
        const string stage = "insert into lead_import_rows (import_id, row_number, email) values ($1, $2, 'late@x.io')";
        await session.ActAsync(stage, import, 1L);
        await session.ActAsync(end, import);

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.ActAsync(stage, import, 2L));

        Assert.Equal("LH004", refused.SqlState);
    }

    [Fact]
    public async Task An_import_whose_staging_a_crash_emptied_counts_each_row_of_the_second_file_once()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await LeadImportTests.StageAsync(app, 10);
        await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, 4)", [import], Stop);
        // As the recovery after a crash leaves unlogged tables.
        await database.Owner.ExecuteAsync("truncate lead_import_rows, lead_import_merge, lead_import_chunks");
        await app.ScalarAsync<long>(
            """
            with staged as (
                insert into lead_import_rows (import_id, row_number, email)
                select $2, g, 'lead' || g || '@own.io' from generate_series(1, 10) g where $1 > 0)
            select 1::bigint
            """, [import], Stop);
        await LeadImport.MergeAsync(app, import, Stop);

        Assert.Equal(10, await database.Owner.AskAsync<long>("select imported + updated + rejected from lead_imports"));
    }

    [Fact]
    public async Task A_cancelled_import_leaves_nothing_staged_and_cannot_be_finished()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await LeadImportTests.StageAsync(app, 10);
        await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, 4)", [import], Stop);

        Assert.True(await app.ScalarAsync<bool>("select cancel_lead_import($1, $2)", [import], Stop));
        Assert.False(await app.ScalarAsync<bool>("select cancel_lead_import($1, $2)", [import], Stop));

        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select merged from finish_lead_import($1, $2)", import));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, Stage, import));
        Assert.Equal("0/0/0/4", await database.Owner.AskAsync<string>(
            """
            select concat_ws('/', (select count(*) from lead_import_rows), (select count(*) from lead_import_merge),
                (select count(*) from lead_import_chunks), (select count(*) from leads))
            """));
    }

    [Fact]
    public async Task An_import_is_cancelled_while_a_chunk_is_merged_and_the_chunk_stays()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var (import, merging, holder) = await MergingAsync(database, app);
        await using var held = holder;

        Assert.True(await app.ScalarAsync<bool>(
            "select cancel_lead_import($1, $2) from set_config('lock_timeout', '10s', true)", [import], Stop));
        Assert.False(merging.IsCompleted, "no chunk was being merged");
        await holder.CommitAsync();

        Assert.InRange(await merging, 1, long.MaxValue);
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select merged from finish_lead_import($1, $2)", import));
        Assert.Equal("0/0/0/4 cancelled 4", await database.Owner.AskAsync<string>(
            """
            select concat_ws('/', (select count(*) from lead_import_rows), (select count(*) from lead_import_merge),
                (select count(*) from lead_import_chunks), (select count(*) from leads where name = 'new'))
                || ' ' || status || ' ' || imported + updated from lead_imports
            """));
    }

    [Fact]
    public async Task An_old_import_whose_chunk_is_being_merged_is_left_alone()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var (import, merging, holder) = await MergingAsync(database, app);
        await using var held = holder;
        await database.Owner.ExecuteAsync("update lead_imports set created_at = now() - interval '8 days'");

        Assert.Equal(0, await database.Owner.AskAsync<long>("select prune_lead_imports() from set_config('lock_timeout', '10s', true)"));
        await holder.CommitAsync();

        await merging;
        await LeadImport.MergeAsync(app, import, Stop);
        Assert.Equal("finished", await database.Owner.AskAsync<string>("select status from lead_imports"));
    }

    [Fact]
    public async Task An_import_of_which_a_crash_lost_a_part_is_not_finished_with_the_rest()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await LeadImportTests.StageAsync(app, 5);
        await database.Owner.ExecuteAsync("truncate lead_import_rows, lead_import_merge, lead_import_chunks");
        await StageAsync(app, import, 6, 10);
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(app, "select merged from finish_lead_import($1, $2)", import));

        await StageAsync(app, import, 1, 5);
        await LeadImport.MergeAsync(app, import, Stop);

        Assert.Equal("finished 10", await database.Owner.AskAsync<string>("select status || ' ' || imported from lead_imports"));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from lead_import_copies"));
    }

    [Fact]
    public async Task An_erased_row_is_not_taken_for_one_that_a_crash_lost()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await LeadImportTests.StageAsync(app, 5);
        await app.ScalarAsync<string>("select erase_address($1, $2)::text", [LeadImportTests.Row(1).Email], Stop);

        await LeadImport.MergeAsync(app, import, Stop);

        Assert.Equal(4, await database.Owner.AskAsync<long>("select count(*) from leads"));
    }

    [Fact]
    public async Task Imports_that_nobody_finished_are_pruned_and_old_rejects_forgotten()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var old = await LeadImportTests.StageAsync(app, 10);
        var fresh = await LeadImportTests.StageAsync(app, 5);
        var done = await app.ScalarAsync<long>("select begin_lead_import($1, 'done')", [], Stop);
        await app.ScalarAsync<long>("insert into lead_import_rows (import_id, row_number, email) select $2, 1, 'none' where $1 > 0",
            [done], Stop);
        await LeadImport.MergeAsync(app, done, Stop);
        await database.Owner.ExecuteAsync("update lead_imports set created_at = now() - interval '8 days' where id = $1", old);
        await database.Owner.ExecuteAsync("update lead_imports set finished_at = now() - interval '91 days' where id = $1", done);

        Assert.Equal(1, await database.Owner.AskAsync<long>("select prune_lead_imports()"));

        Assert.Equal("cancelled", await database.Owner.AskAsync<string>("select status from lead_imports where id = $1", old));
        Assert.Equal(5, await database.Owner.AskAsync<long>("select count(*) from lead_import_rows"));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from lead_import_rejects"));
        await LeadImport.MergeAsync(app, fresh, Stop);
        Assert.Equal(5, await database.Owner.AskAsync<long>("select count(*) from leads"));
    }

    private static Task<long> StageAsync(TenantDatabase app, long import, int first, int last) => app.ScalarAsync<long>(
        """
        with staged as (
            insert into lead_import_rows (import_id, row_number, email, name)
            select $2, g, 'lead' || g || '@own.io', 'new' from generate_series($3, $4) g where $1 > 0)
        select 1::bigint
        """, [import, first, last], Stop);

    // The session that merges a chunk holds it, and waits for a lead of it that the holder has.
    private static async Task<(long Import, Task<long> Merging, OpenTransaction Holder)> MergingAsync(
        TestDatabase database, TenantDatabase app)
    {
        await Workspaces.AddLeadsAsync(database, 10);
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'file')", [], Stop);
        await StageAsync(app, import, 1, 10);
        await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, 4)", [import], Stop);
        // As if nothing were merged yet.
        await database.Owner.ExecuteAsync("update lead_import_chunks set merged = false; update leads set name = 'old'");
        await database.Owner.ExecuteAsync("update lead_imports set imported = 0, updated = 0");
        var holder = await OpenTransaction.BeginAsync(app, Stop);
        await holder.ActAsync("select 1 from leads where email = 'lead1@own.io' for update");
        var merging = app.ScalarAsync<long>("select remaining from finish_lead_import($1, $2, 4)", [import], Stop);
        await OpenTransaction.UntilOneWaitsAsync(database, merging);
        return (import, merging, holder);
    }
}
