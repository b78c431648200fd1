using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Workload;

namespace LoadHarness.IntegrationTests.Imports;

/// <summary>BF-2 in full: what a file may hold and what becomes of each of its rows.</summary>
public sealed class ImportPromiseTests(PostgresCluster cluster)
{
    private const string Outcome =
        "select imported_count || '/' || updated_count || '/' || error_count from fast_bulk_lead_import($1, parse_json($2))";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{bad", null, "the custom_fields are no JSON")]
    [InlineData("""{"a":"\u0000"}""", null, "the custom_fields are no JSON")]
    [InlineData("""{"a":1e200000}""", null, "the custom_fields are no JSON")]
    [InlineData("[1]", null, "custom_fields is not an object")]
    [InlineData("""{"":1}""", null, "a custom field has no name")]
    [InlineData(null, "{a", "the tags are no list")]
    [InlineData(null, "{{a},{b}}", "the tags are not a flat list")]
    [InlineData(null, "{null}", "a tag is null")]
    public async Task A_cell_that_cannot_be_read_refuses_its_row_and_not_the_file(string? fields, string? tags, string reason)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'csv')", [], Stop);
        await app.ScalarAsync<long>(
            """
            insert into lead_import_rows (import_id, row_number, email, tags, custom_fields)
            select $2, n, 'r' || n || '@x.io', case when n = 2 then $3 else '{vip,"two words"}' end,
                   case when n = 2 then $4 else '{"k": [1, null]}' end
            from generate_series(1, 3) as n where $1 > 0
            """,
            [import, tags, fields],
            Stop);

        Assert.Equal("2/0/1", await app.ScalarAsync<string>(
            "select imported || '/' || updated || '/' || rejected from finish_lead_import($1, $2)", [import], Stop));

        Assert.StartsWith($"2 r2@x.io {reason}",
            await database.Owner.AskAsync<string>("select row_number || ' ' || email || ' ' || reason from lead_import_rejects"),
            StringComparison.Ordinal);
        Assert.Equal(2, await database.Owner.AskAsync<long>(
            """select count(*) from leads where tags = '{vip,"two words"}' and custom_fields = '{"k": [1, null]}'"""));
    }

    [Fact]
    public async Task A_text_that_PostgreSQL_cannot_hold_refuses_its_row_and_not_the_file()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        ImportRow[] rows =
        [
            LeadImportTests.Row(1), LeadImportTests.Row(2) with { Name = "half \ud83d" }, LeadImportTests.Row(3) with { Company = "nul\0" },
            LeadImportTests.Row(4) with { Tags = ["\udc00"] }, LeadImportTests.Row(5) with { Email = "le\0ad5@own.io" },
            LeadImportTests.Row(6) with { Tags = ["a\"b\\c", "comma, {brace}", "NULL", " "] },
        ];

        foreach (var sessions in (int[])[1, 2])
        {
            var outcome = await LeadImport.RunAsync(app, "test", rows, sessions, (_, work) => work(), Stop);
            Assert.Equal((2, 4), (outcome.Imported + outcome.Updated, outcome.Rejected));
        }

        Assert.Equal(
            "2: the name holds half of a character (it is no UTF-8)|3: the company holds a NUL character|4: "
                + "a tag holds half of a character (it is no UTF-8)|5: the e-mail holds a NUL character",
            await database.Owner.AskAsync<string>(
                """
                select string_agg(row_number || ': ' || reason, '|' order by row_number)
                from lead_import_rejects
                where import_id = (select min(id) from lead_imports)
                """));
        Assert.Equal(["a\"b\\c", "comma, {brace}", "NULL", " "],
            await database.Owner.AskAsync<string[]>("select tags from leads where email = 'lead6@own.io'"));
    }

    [Fact]
    public async Task One_lead_that_JSON_cannot_hold_refuses_itself_and_names_its_address()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        const string leads = """
            [{"email":"a@x.io"},
                {"email":"b@x.io","name":"\u0000"},
                {"email":"c@x.io","custom_fields":{"n":1e200000}},
                {"email":"d@x.io"},
                {"email":"e@x.io","tags":"a,b"}]
            """;

        Assert.Equal("2/0/3", await app.ScalarAsync<string>(Outcome, [leads], Stop));
        Assert.Equal("2 b@x.io,3 c@x.io,5 e@x.io", await app.ScalarAsync<string>(
            """
            select string_agg((e ->> 'row') || ' ' || (e ->> 'email'), ',')
            from fast_bulk_lead_import($1, parse_json($2)), jsonb_array_elements(errors) as e
            """, [leads], Stop));
    }

    [Fact]
    public async Task Rows_of_one_address_in_a_file_give_what_files_in_their_order_give()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var random = new Random(7);
        ImportRow[] rows = [.. Enumerable.Range(0, 400).Select(_ => RandomRow(random))];
        const string leads = """
            select string_agg(concat_ws('|', email, name, phone, company, position, source, status, tags, custom_fields), e'\n'
                order by email)
            from leads
            where workspace_id = 1
            """;

        foreach (var row in rows) await LeadImport.RunAsync(app, "one by one", [row], 1, (_, work) => work(), Stop);
        var expected = await database.Owner.AskAsync<string>(leads);
        foreach (var sessions in (int[])[1, 3])
        {
            await database.Owner.ExecuteAsync("delete from leads; delete from suppressed_addresses");
            var outcome = await LeadImport.RunAsync(app, "one file", rows, sessions, (_, work) => work(), Stop);
            Assert.Equal(expected.Replace("one by one", "one file", StringComparison.Ordinal),
                await database.Owner.AskAsync<string>(leads));
            Assert.Equal(rows.Length, outcome.Imported + outcome.Updated + outcome.Rejected);
            Assert.True(outcome.Imported <= 40 && outcome.Rejected > 0, outcome.ToString());
        }
    }

    [Fact]
    public async Task Thousands_of_rows_of_one_address_cost_in_proportion_to_their_number()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        async Task<long> BlocksAsync(string address, int rows)
        {
            var file = Enumerable.Range(1, rows).Select(i => LeadImportTests.Row(1) with
            {
                Email = address,
                Name = $"Name {i}",
                Tags = [$"t{i % 90}"],
                CustomFields = $$"""{"k{{i % 50}}":{{i}}}""",
            });
            var import = await app.ScalarAsync<long>("select begin_lead_import($1, 'test')", [], Stop);
            await LeadImport.CopyAsync(app, [import], file.Select((row, i) => (i + 1L, row)), Stop);
            var plan = await database.As("lh_app").AskInAsync<string>(1,
                $"explain (analyze, buffers, timing off, format json) select finish_lead_import(1, {import})");
            Assert.Equal($"Name {rows}", await database.Owner.AskAsync<string>("select name from leads where email = $1", address));
            return System.Text.Json.Nodes.JsonNode.Parse(plan)![0]!["Plan"]!["Shared Hit Blocks"]!.GetValue<long>();
        }

        await BlocksAsync("first@x.io", 100);
        var few = await BlocksAsync("few@x.io", 300);
        var many = await BlocksAsync("many@x.io", 3_000);
        Assert.True(many < 15 * few, $"{few} blocks for 300 rows, {many} for 3,000");
    }

    [Fact]
    public async Task Blank_cells_erase_nothing()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        var row = LeadImportTests.Row(1) with { Phone = "1", Position = "CTO", Status = "bounced" };
        await LeadImport.RunAsync(app, "test", [row], 1, (_, work) => work(), Stop);
        var before = await database.Owner.AskAsync<string>("select leads::text from leads");

        foreach (var blank in (string[])["", "  ", "\t", "\u00a0", "\ufeff\r\n"])
        {
            var cells = row with
            {
                Name = blank,
                Phone = blank,
                Company = blank,
                Position = blank,
                Source = blank,
                Status = blank,
                Tags = [],
                CustomFields = blank,
            };
            Assert.Equal((0, 1, 0), Of(await LeadImport.RunAsync(app, "test", [cells], 1, (_, work) => work(), Stop)));
            Assert.Equal("0/1/0", await app.ScalarAsync<string>(Outcome,
                [System.Text.Json.JsonSerializer.Serialize(
                    new[] { new { email = row.Email, name = blank, phone = blank, company = blank, position = blank, source = blank,
                    status = blank } })], Stop));
        }

        Assert.Equal(before, await database.Owner.AskAsync<string>("select leads::text from leads"));
    }

    [Fact]
    public async Task A_status_is_imported_and_only_rises_and_an_unknown_one_refuses_its_row()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        foreach (var (status, expected) in ((string?, string)[])
            [(null, "active"), ("active", "active"), (" Bounced ", "bounced"), ("active", "bounced"), ("unsubscribed", "unsubscribed"),
                ("bounced", "unsubscribed"), ("complained", "complained"), ("active", "complained")])
        {
            Assert.Equal(0, (await LeadImport.RunAsync(app, "test", [LeadImportTests.Row(1) with
            {
                Status = status,
            }], 1, (_, work) => work(), Stop)).Rejected);
            Assert.Equal(expected, await database.Owner.AskAsync<string>("select status from leads"));
        }

        Assert.Equal((0, 0, 1), Of(await LeadImport.RunAsync(app, "test", [LeadImportTests.Row(2) with
        {
            Status = "opted out",
        }], 1, (_, work) => work(), Stop)));
        Assert.Equal("no lead has the status opted out", await database.Owner.AskAsync<string>("select reason from lead_import_rejects"));
        Assert.Equal("1/0/1", await app.ScalarAsync<string>(
            Outcome, ["""[{"email":"a@x.io","status":"unsubscribed"},{"email":"b@x.io","status":"nope"}]"""], Stop));
    }

    [Fact]
    public async Task Unknown_keys_are_reported_and_the_lead_is_kept()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        const string leads = """[{"email":"a@x.io","first_name":"Ann","zip":1},{"email":"b@x.io"}]""";

        Assert.Equal("""[{"row": 1, "email": "a@x.io", "reason": "unknown keys are left out: first_name, zip"}]""",
            await app.ScalarAsync<string>("select warnings::text from fast_bulk_lead_import($1, parse_json($2))", [leads], Stop));
        Assert.Equal("0/2/0/1", await app.ScalarAsync<string>(
            """
            select concat_ws('/', success_count, duplicate_count, error_count, jsonb_array_length(warnings))
            from bulk_insert_leads($1, parse_json($2))
            """, [leads], Stop));
    }

    [Fact]
    public async Task Limits_hold_for_the_merged_lead_and_name_the_row_that_would_break_them()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await using var app = await Workspaces.OpenAppAsync(database);
        ImportRow Tagged(string prefix) => LeadImportTests.Row(1) with
        {
            Tags = [.. Enumerable.Range(0, 60).Select(i => $"{prefix}{i}")],
            CustomFields = "{}",
        };
        ImportRow Noted(string key) => LeadImportTests.Row(2) with { CustomFields = $$"""{"{{key}}":"{{new string('x', 40_000)}}"}""" };

        Assert.Equal((2, 0, 2), Of(await LeadImport.RunAsync(
            app, "test", [Tagged("a"), Noted("a"), Tagged("b"), Noted("b")], 1, (_, work) => work(), Stop)));
        Assert.Equal((0, 2, 2), Of(await LeadImport.RunAsync(
            app, "test", [Tagged("c"), Noted("c"), Tagged("a"), Noted("a")], 1, (_, work) => work(), Stop)));

        Assert.Equal("1: the lead would have more than 100 tags|2: the lead's custom_fields would be larger than 64 kB|3: "
            + "the lead would have more than 100 tags|4: the lead's custom_fields would be larger than 64 kB",
            await database.Owner.AskAsync<string>(
                "select string_agg(row_number || ': ' || reason, '|' order by row_number) from lead_import_rejects"));
        Assert.Equal(60, await database.Owner.AskAsync<int>("select cardinality(tags) from leads where email = 'lead1@own.io'"));
        var error = await app.ScalarAsync<string>(
            """
            select errors::text
            from fast_bulk_lead_import($1,
                jsonb_build_array(jsonb_build_object('email', 'lead1@own.io', 'tags',
                    (select jsonb_agg('z' || i) from generate_series(1, 50) i))))
            """, [], Stop);
        Assert.Equal("""[{"row": 1, "email": "lead1@own.io", "reason": "the lead would have more than 100 tags"}]""", error);
    }

    private static (long, long, long) Of(ImportOutcome outcome) => (outcome.Imported, outcome.Updated, outcome.Rejected);

    private static ImportRow RandomRow(Random random)
    {
        T Pick<T>(params T[] values) => values[random.Next(values.Length)];
        var local = "lead" + random.Next(20);
        return new(
            Pick(local, local.ToUpperInvariant(), "\u200b" + local) + Pick("@x.io", "@X.IO.", "@münchen.de", "@xn--mnchen-3ya.de"),
            Pick(null, "", "Ann", "Bob"), Pick(null, "1", "2"), Pick(null, "Acme"), Pick(null, "CTO"), null,
            [.. Enumerable.Range(0, random.Next(45)).Select(_ => $"t{random.Next(300)}").Distinct()],
            Pick("{}", """{"a":1}""", """{"a":2,"b":null}""", "{bad"), Pick(null, null, null, "active", "bounced", "unsubscribed"));
    }
}
