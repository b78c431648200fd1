using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Imports;

public sealed class LeadImportTests(PostgresCluster cluster)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_overlapping_imports_at_once_keep_each_address_once_and_never_deadlock()
    {
        const int imports = 10, rows = 3_000, addresses = 5_000;
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database, 30);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, imports).Select(number => LeadImport.RunAsync(
            app, $"import-{number}", Enumerable.Range(0, rows).Select(row => Row((number * 911 + row * 7) % addresses)), 2,
                (_, work) => work(), Stop)));

        Assert.All(outcomes, outcome => Assert.Equal(rows, outcome.Imported + outcome.Updated));
        Assert.Equal(addresses, outcomes.Sum(outcome => outcome.Imported));
        Assert.Equal(addresses, await Workspaces.ReadAsync<long>(database, "select count(*) from leads"));
        Assert.Equal(addresses, await Workspaces.ReadAsync<long>(database, "select count(distinct email) from leads"));
        Assert.Equal(0, await Workspaces.ReadAsync<long>(
            database, "select deadlocks from pg_stat_database where datname = current_database()"));
    }

    [Fact]
    public async Task A_row_that_says_nothing_new_of_its_lead_is_counted_and_leaves_it_as_it_is()
    {
        const string places = "select string_agg(email || ctid::text || updated_at::text, ',' order by email) from leads";
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        ImportRow[] rows = [.. Enumerable.Range(1, 3).Select(Row)];
        await ImportAsync(rows);
        var before = await Workspaces.ReadAsync<string>(database, places);

        Assert.Equal((0, 3), await ImportAsync([.. rows.Select(row => row with
        {
            Name = null,
            Phone = null,
            Tags = [],
            CustomFields = "{}",
        })]));
        Assert.Equal((0, 3), await ImportAsync(rows));
        Assert.Equal(before, await Workspaces.ReadAsync<string>(database, places));

        foreach (var changed in new[] { rows[1] with { Phone = "+49 1" }, rows[1] with { Tags = ["fresh"] },
            rows[1] with { CustomFields = """{"fresh":null}""" } })
        {
            before = await Workspaces.ReadAsync<string>(database, places);
            Assert.Equal((0, 1), await ImportAsync([changed]));
            Assert.NotEqual(before, await Workspaces.ReadAsync<string>(database, places));
        }

        async Task<(long, long)> ImportAsync(ImportRow[] file)
        {
            var outcome = await LeadImport.RunAsync(app, "test", file, 1, (_, work) => work(), Stop);
            return (outcome.Imported, outcome.Updated);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Bad_rows_are_kept_with_number_and_reason_and_the_last_name_of_an_address_wins(int sessions)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        ImportRow[] rows = [Row(1) with { Name = "First" }, Row(2) with { Email = "" }, Row(3) with { Email = "no address" },
            Row(4) with { CustomFields = "[]" }, Row(1) with { Email = " LEAD1@Own.io ", Name = "Last" }];

        var outcome = await LeadImport.RunAsync(app, "test", rows, sessions, (_, work) => work(), Stop);

        Assert.Equal((1, 1, 3), (outcome.Imported, outcome.Updated, outcome.Rejected));
        Assert.Equal(sessions, await Workspaces.ReadAsync<long>(database, "select count(*) from lead_imports where status = 'finished'"));
        Assert.Equal("Last", await Workspaces.ReadAsync<string>(database, "select name from leads"));
        Assert.Equal("2:the e-mail is missing|3:the e-mail is malformed|4:custom_fields is not an object",
            await app.ScalarAsync<string>(
                "select string_agg(row_number || ':' || reason, '|' order by row_number) from lead_import_rejects where workspace_id = $1",
                [], Stop));
    }

    [Fact]
    public async Task A_row_larger_than_what_is_sent_at_once_is_staged_whole()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var name = new string('ü', 200_000);
        // As much as a lead may have.
        var note = new string('ü', 32_000);

        ImportRow[] rows = [Row(1), Row(2) with { Name = name }, Row(3) with { CustomFields = $$"""{"note":"{{note}}"}""" }];
        var outcome = await LeadImport.RunAsync(app, "test", rows, 1, (_, work) => work(), Stop);

        Assert.Equal((2, 0, 1), (outcome.Imported, outcome.Updated, outcome.Rejected));
        Assert.Equal(note, await Workspaces.ReadAsync<string>(
            database, "select custom_fields ->> 'note' from leads where email = 'lead3@own.io'"));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_to_its_end_stages_nothing_and_can_be_sent_again()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var imports = new[] { await StageAsync(app, 0), await StageAsync(app, 0) };
        var rows = Enumerable.Range(1, 20_000).Select(number => ((long)number, Row(number))).ToList();

        await Assert.ThrowsAsync<IOException>(() => LeadImport.CopyAsync(app, imports, rows.Concat(Broken()), Stop));
        Assert.Equal(0, await Workspaces.ReadAsync<long>(database, "select count(*) from lead_import_rows"));

        await LeadImport.CopyAsync(app, imports, rows, Stop);
        await Task.WhenAll(imports.Select(import => LeadImport.MergeAsync(app, import, Stop)));
        Assert.Equal(20_000, await Workspaces.ReadAsync<long>(database, "select count(*) from leads"));

        static IEnumerable<(long, ImportRow)> Broken() => Enumerable.Range(1, 1)
            .Select<int, (long, ImportRow)>(_ => throw new IOException("the disk of the file is gone"));
    }

    [Fact]
    public async Task An_import_whose_session_is_killed_goes_on_where_it_stopped()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await StageAsync(app, 2_000);
        await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2, 500)", [import], Stop);

        await KillWhileMergingAsync(database, app, import);
        await Task.WhenAll(LeadImport.MergeAsync(app, import, Stop), LeadImport.MergeAsync(app, import, Stop));

        Assert.Equal(2_000, await Workspaces.ReadAsync<long>(database, "select count(*) from leads"));
        Assert.Equal("finished/2000/0",
            await Workspaces.ReadAsync<string>(
            database, $"select status || '/' || imported || '/' || updated from lead_imports where id = {import}"));
    }

    [Fact]
    public async Task Finishing_a_finished_import_again_changes_nothing()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await StageAsync(app, 10);
        await LeadImport.MergeAsync(app, import, Stop);

        Assert.Equal(0, await app.ScalarAsync<long>("select merged from finish_lead_import($1, $2)", [import], Stop));
        Assert.Equal(10, await app.ScalarAsync<long>("select imported from finish_lead_import($1, $2)", [import], Stop));
    }

    [Fact]
    public async Task Rows_staged_for_another_workspaces_import_never_reach_it()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var own = await Workspaces.OpenAppAsync(database);
        await using var foreign = TenantDatabase.Open(database.ConnectionString, "lh_app", Workspaces.Foreign, 5);
        var import = await StageAsync(own, 5);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => LeadImport.CopyAsync(foreign, [import], [(1, Row(77))], Stop));
        Assert.Equal("LH004", refused.SqlState);
        await LeadImport.MergeAsync(own, import, Stop);

        Assert.Equal(5, await Workspaces.ReadAsync<long>(database, "select count(*) from leads"));
        Assert.Equal("LH004", await Workspaces.SqlStateOfAsync(foreign, "select imported from finish_lead_import($1, $2)", import));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege,
            await Workspaces.SqlStateOfAsync(foreign, "select count(*) from lead_import_rows where workspace_id = $1"));
    }

    [Fact]
    public async Task An_unsubscribed_lead_that_is_imported_again_stays_unsubscribed()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        await Workspaces.ExecuteAsync(
            database, "insert into leads (workspace_id, email, status) values (1, 'lead1@own.io', 'unsubscribed')");

        // More sessions than addresses: those without a row begin no import.
        var outcome = await LeadImport.RunAsync(app, "test", [Row(1)], 4, (_, work) => work(), Stop);

        Assert.Equal(1, outcome.Updated);
        Assert.Equal("finished", await Workspaces.ReadAsync<string>(database, "select string_agg(status, ',') from lead_imports"));
        Assert.Equal("unsubscribed", await Workspaces.ReadAsync<string>(database, "select status from leads"));
    }

    [Fact]
    public async Task An_import_of_more_sessions_than_the_pool_has_connections_is_dealt_out_to_those()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database, connections: 3);

        var outcome = await LeadImport.RunAsync(app, "test", Enumerable.Range(1, 500).Select(Row), 8, (_, work) => work(), Stop);

        Assert.Equal(new ImportOutcome(500, 0, 0), outcome);
        Assert.Equal(3, await Workspaces.ReadAsync<long>(database, "select count(*) from lead_imports"));
    }

    internal static ImportRow Row(int number) =>
        new($"lead{number}@own.io", $"Lead {number}", null, "Acme", null, "import", ["newsletter"], """{"plan":"pro","score":7}""");

    internal static async Task<long> StageAsync(TenantDatabase app, int rows)
    {
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'test')", [], Stop);
        await LeadImport.CopyAsync(app, [import], Enumerable.Range(1, rows).Select(number => ((long)number, Row(number))), Stop);
        return import;
    }

    // Another transaction holds an address that the merge needs, so the kill always finds it in the middle.
    private static async Task KillWhileMergingAsync(TestDatabase database, TenantDatabase app, long import)
    {
        await using var holder = await database.Owner.OpenConnectionAsync(Stop);
        await using var held = await holder.BeginTransactionAsync(Stop);
        await using (var hold = new NpgsqlCommand(
            "insert into leads (workspace_id, email) values (1, 'lead999@own.io')", holder)) await hold.ExecuteNonQueryAsync(Stop);
        var merging = app.ScalarAsync<long>("select merged from finish_lead_import($1, $2)", [import], Stop);
        const string waiting = """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%finish_lead_import%'
            """;
        while (await Workspaces.ReadAsync<long>(database, waiting) == 0) await Task.Delay(20, Stop);
        await Workspaces.ReadAsync<bool>(database, waiting.Replace("count(*)", "pg_terminate_backend(pid)", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => merging);
        await held.RollbackAsync(Stop);
    }
}
