using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Segments;

/// <summary>Nobody reads bits or goes around them, and what is erased leaves them.</summary>
public sealed class SegmentBitsRightsTests(PostgresCluster cluster)
{
    private static readonly string[] Tables =
        ["segment_bit_workspaces", "segment_bit_facets", "segment_bit_values", "segment_bits", "segment_changes"];

    internal const string RowsOfBits =
        """
        select concat_ws(' ', (select count(*) from segment_bit_workspaces), (select count(*) from segment_bit_facets),
                         (select count(*) from segment_bit_values), (select count(*) from segment_bits))
        """;

    [Theory]
    [InlineData("lh_app")]
    [InlineData("lh_readonly")]
    [InlineData("lh_worker")]
    [InlineData("lh_jobs")]
    public async Task No_role_reads_writes_or_locks_bits_or_changes(string role)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        foreach (var table in Tables)
        {
            foreach (var sql in (string[])[$"select * from {table}", $"delete from {table}", $"insert into {table} default values",
                $"do $$ begin lock table {table}; end $$"])
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => database.As(role).ExecuteAsync(sql));
                Assert.True(refused.SqlState == PostgresErrorCodes.InsufficientPrivilege, $"{role}: {sql}: {refused.MessageText}");
            }
        }

        var fold = await Assert.ThrowsAsync<PostgresException>(() => database.As(role).ExecuteAsync("select fold_segment_changes(1)"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, fold.SqlState);
    }

    [Fact]
    public async Task A_tenant_that_says_it_notes_its_changes_itself_is_noted_all_the_same()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await database.As("lh_app").ExecuteAsync(
            """
            select set_config('app.workspace_id', '1', false), set_config('loadharness.notes_changes', 'on', false);
            insert into leads (workspace_id, email) values (1, 'a@own.io')
            """);
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from segment_changes"));
    }

    [Fact]
    public async Task New_leads_of_an_import_are_noted_in_one_row_and_a_large_import_folds_itself()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 100);
        await database.Owner.ExecuteAsync("select build_segment_bits(1, 10)");
        await app.ScalarAsync<long>(
            """
            select imported_count
            from fast_bulk_lead_import($1, '[{"email":"new@own.io","tags":["fresh"]},{"email":"lead1@own.io","tags":["fresh"]}]')
            """,
            [], TestContext.Current.CancellationToken);
        Assert.Equal(2, await database.Owner.AskAsync<long>("select count(*) from segment_changes"));

        await ImportAsync(database, app, 10);
        Assert.Equal(["1", "1", "10"], await database.Owner.ListAsync("select last_lead - first_lead + 1 from segment_changes order by 1"));
        Assert.Equal(2, await CountAsync(database, "fresh"));
        await ImportAsync(database, app, 4000);
        Assert.Equal(["1", "1"], await database.Owner.ListAsync("select last_lead - first_lead + 1 from segment_changes"));
        Assert.Equal(2, await CountAsync(database, "fresh"));
    }

    [Fact]
    public async Task A_change_is_noted_with_the_fields_that_changed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 3);
        await database.Owner.ExecuteAsync(
            """
            truncate segment_changes;
            update leads set status = 'bounced' where id = 1;
            update leads set name = 'Ann', tags = '{a}', source = 'web' where id = 1;
            update leads set name = 'Eve' where id = 1;
            update leads set custom_fields = '{"k":1}', created_at = created_at - interval '1 day' where id = 1;
            update leads set id = 9 where id = 2;
            delete from leads where id = 3
            """);
        Assert.Equal(["1:1", "1:6", "1:24", "2:63", "9:63", "3:63"],
            await database.Owner.ListAsync("select first_lead || ':' || fields from segment_changes order by id"));
    }

    [Fact]
    public async Task An_erased_leads_bit_and_its_rare_value_go_when_the_change_is_folded()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 100);
        await database.Owner.ExecuteAsync("update leads set tags = '{own secret}' where id = 7; select build_segment_bits(1, 10)");
        Assert.Equal(1, await CountAsync(database, "own secret"));
        await app.ScalarAsync<string>("select erase_lead($1, 7)::text", [], TestContext.Current.CancellationToken);
        Assert.Equal(0, await CountAsync(database, "own secret"));

        await database.Owner.ExecuteAsync("select fold_segment_changes(1)");
        Assert.Equal(0, await CountAsync(database, "own secret"));
        Assert.Empty(await database.Owner.ListAsync("select value from segment_bit_values where value = '\"own secret\"'"));
    }

    [Fact]
    public async Task A_lead_at_the_end_of_all_numbers_is_refused()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        foreach (var id in (string[])["9223372036854775807", "-9223372036854775808"])
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => database.As("lh_app").ExecuteAsync(
                $"""
                select set_config('app.workspace_id', '1', false);
                insert into leads (workspace_id, id, email) values (1, {id}, 'a@own.io')
                """));
            Assert.Equal(PostgresErrorCodes.CheckViolation, refused.SqlState);
        }
    }

    [Fact]
    public async Task A_workspace_whose_fold_fails_keeps_no_other_one_waiting()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 100);
        await database.Owner.ExecuteAsync(
            """
            insert into leads (workspace_id, email) select 2, 'lead' || n || '@two.io' from generate_series(1, 100) as n;
            select build_segment_bits(1, 1), build_segment_bits(2, 1);
            create function fail() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
            create trigger fail before update on segment_bits for each row when (old.workspace_id = 1) execute function fail();
            update leads set status = 'bounced';
            update segment_bit_workspaces set folded_at = now() - interval '1 hour', more = true
            """);
        Assert.Equal(["True: workspace 1: P0001 broken; 100 leads of workspace 2"],
            await database.Owner.ListAsync("select case when problem then 'True: ' end || detail from fold_next_segment_changes()"));
        Assert.Equal(["1"], await database.Owner.ListAsync("select distinct workspace_id from segment_changes"));
    }

    [Fact]
    public async Task A_small_workspace_and_a_truncated_table_have_no_bits()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 100);
        await database.As("lh_jobs").ExecuteAsync("call run_job('fold-segments')");
        Assert.Equal(["False"], await database.Owner.ListAsync("select ready from segment_bit_workspaces where workspace_id = 1"));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from segment_changes"));

        await database.Owner.ExecuteAsync("select build_segment_bits(1, 10); truncate leads cascade");
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from segment_bits"));
        Assert.Equal(0, await CountAsync(database, "none"));
    }

    // As a subscription applies it: there neither plain triggers nor foreign keys act.
    [Fact]
    public async Task A_truncation_that_is_replayed_leaves_no_bits()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.AddLeadsAsync(database, 100);
        Assert.Equal(100, await database.Owner.AskAsync<long>("select build_segment_bits(1, 10)"));
        Assert.True(await database.Owner.AskAsync<long>("select count(*) from segment_bits") > 0);

        await database.Owner.ExecuteAsync("select set_config('session_replication_role', 'replica', true); truncate leads cascade");

        Assert.Equal("0 0 0 0", await database.Owner.AskAsync<string>(RowsOfBits));
        Assert.Equal(0, await CountAsync(database, "none"));
    }

    private static async Task ImportAsync(TestDatabase database, TenantDatabase app, int rows)
    {
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'test')", [], TestContext.Current.CancellationToken);
        await database.Owner.ExecuteAsync(
            """
            insert into lead_import_rows (workspace_id, import_id, row_number, email)
            select 1, $1, n, 'staged' || $2 || '.' || n || '@own.io' from generate_series(1, $2) as n
            """, import, rows);
        await app.ScalarAsync<long>("select imported from finish_lead_import($1, $2)", [import], TestContext.Current.CancellationToken);
    }

    private static Task<long> CountAsync(TestDatabase database, string tag) => database.Owner.AskInAsync<long>(
        1, "select count_segmented_leads(1, jsonb_build_object('field', 'tags', 'operator', 'contains', 'value', $1::text))", tag);
}
