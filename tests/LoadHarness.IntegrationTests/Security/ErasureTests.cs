using System.Text.Json;
using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>A person's rights: everything that is held is told, everything goes, and nobody writes to them again.</summary>
public sealed partial class ErasureTests(PostgresCluster cluster)
{
    private static readonly string[] Others =
    [
        "joann@x.io", "jo.ann@x.io", "jo-ann@x.io", "jo+ann@x.io", "o'ann@x.io", "ann@x.io.example", "ann@x.iota", "jo%2Bann%40x.io",
        "jo%2Dann%40x.io", "jo%2eann@x.io", "jo%5Fann@x.io", "o%27ann@x.io", "%C3%A9ann@x.io", "ann%40x.io%2Eexample", @"jo\u002bann@x.io",
        @"\u00e9ann@x.io",
    ];

    private static readonly string[] Texts =
    [
        "first, ann@x.io.", "<ann@x.io>", "https://y.example/?to=ann%40x.io&x=1", "x%3Dann@x.io", "line\nann@x.io", "mailto:ANN@x.io",
        "tab\tann@x.io", "'ann@x.io'", "\"ann@x.io\"", "a=%27ann%40x.io%27", "{ann@x.io}", "me%2Cann%40x.io", "me%20ann%40x.io",
        "%3Cann%40x.io%3E", @"\u003cann@x.io\u003e", """{"a": "ann@x.io"}""", @"\ann@x.io",
    ];

    [Fact]
    public async Task An_erased_lead_is_nowhere_any_more_with_proof_and_stays_suppressed()
    {
        await using var database = await FilledAsync();
        var app = database.As("lh_app");
        var lead = await database.Owner.AskAsync<long>("select id from leads where workspace_id = 1 and email = 'ann@x.io'");
        var before = await HoldersAsync(database);
        Assert.True(before.Count > 6, string.Join(", ", before));

        var told = await app.AskInAsync<string>(1, "select erase_lead(1, $1, 'asked by letter')::text", lead);

        Assert.Empty(await HoldersAsync(database));
        Assert.Equal(0, await database.Owner.AskAsync<long>(
            "select (select count(*) from email_sends where lead_id = $1) + (select count(*) from lead_activities where lead_id = $1)",
            lead));
        Assert.Equal(told, await database.Owner.AskAsync<string>(
            """
            select erased::text from erasures
            where email_sha256 = sha256('ann@x.io') and lead_id = $1 and reason = 'asked by letter' and login = session_user
            """, lead));
        Assert.Contains("archive.", told, StringComparison.Ordinal);
        Assert.Equal(["erase"], await database.Owner.ListAsync(
            "select action from audit_logs where entity = 'leads' and action = 'erase'"));
        // The neighbours are as they were.
        Assert.Equal("erased", await database.Owner.AskAsync<string>(
            "select reason from suppressed_addresses where workspace_id = 1 and email_hash = address_hash(1, 'ann@x.io')"));
        Assert.Equal(["ben@x.io active", "ann@x.io active"],
            await database.Owner.ListAsync(
            "select email || ' ' || status from leads where workspace_id = 2 or email = 'ben@x.io' order by workspace_id"));
    }

    [Theory]
    [InlineData("select fast_bulk_lead_import(1, '[{\"email\": \"ANN@x.io\", \"status\": \"active\"}]')::text")]
    [InlineData("select bulk_insert_leads(1, '[{\"email\": \"ANN@x.io\"}]')::text")]
    [InlineData("insert into leads (workspace_id, email) values (1, 'ann@x.io') returning email")]
    public async Task No_way_in_makes_an_erased_person_one_that_is_written_to(string again)
    {
        await using var database = await FilledAsync();
        var app = database.As("lh_app");
        await app.AskInAsync<string>(1, "select erase_address(1, 'ann@x.io')::text");

        await app.AskInAsync<string>(1, again);

        Assert.Equal(["1 unsubscribed", "2 active"],
            await database.Owner.ListAsync(
            "select workspace_id || ' ' || status from leads where email = 'ann@x.io' order by workspace_id"));
        Assert.Equal("erased", await app.AskInAsync<string>(1, "select suppression_of(1, 'ann@x.io')"));
    }

    [Fact]
    public async Task An_address_that_is_no_lead_is_erased_from_what_it_left_behind()
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into webhook_logs (workspace_id, webhook_id, payload) select 1, id, '{"email": "eve@x.io"}' from webhooks;
            insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
            select 1, id, 2, 'EVE@x.io', 'no'
            from lead_imports;
            """);
        await database.As("lh_app").AskInAsync<string>(1, "select erase_address(1, 'eve@x.io')::text");
        Assert.Empty(await HoldersAsync(database, "eve@x.io"));
        Assert.NotEmpty(await HoldersAsync(database));
    }

    [Fact]
    public async Task Others_whose_addresses_hold_the_erased_one_keep_their_rows_and_are_no_part_of_its_export()
    {
        await using var database = await FilledAsync();
        await database.Owner.AskAsync<long>(
            """
            with added as (
                insert into webhook_logs (workspace_id, webhook_id, payload)
                select 1, w.id, jsonb_build_object('said', a) from webhooks w, unnest($1) a returning 1)
            select count(*) from added
            """, [Others.Concat(Texts).ToArray()]);
        await database.Owner.ExecuteAsync(
            """
            insert into audit_logs (workspace_id, actor, action, entity, details)
            values (1, 'a', 'old', 'x', '{"lead": "joann@x.io, ann@x.io"}');
            insert into lead_segments (workspace_id, name, conditions)
            select 1, a, jsonb_build_object('field', 'email', 'operator', 'equals', 'value', a)
            from unnest(array['ann@x.io', 'joann@x.io']) a;
            """);
        var lead = await database.Owner.AskAsync<long>("select id from leads where workspace_id = 1 and email = 'ann@x.io'");
        var told = await database.As("lh_app").AskInAsync<string>(1, "select export_lead(1, $1)::text", lead);
        var exported = JsonDocument.Parse(told).RootElement.GetProperty("webhook_logs").EnumerateArray()
            .Where(log => log.GetProperty("payload").TryGetProperty("said", out _))
            .Select(log => log.GetProperty("payload").GetProperty("said").GetString());
        Assert.Equal(Texts.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));

        await database.As("lh_app").AskInAsync<string>(1, "select erase_lead(1, $1)::text", lead);

        Assert.Equal(Others.Order(StringComparer.Ordinal),
            await database.Owner.ListAsync(
                "select payload ->> 'said' from webhook_logs where payload ? 'said' order by (payload ->> 'said') collate \"C\""));
        Assert.Equal(["joann@x.io, [erased]"],
            await database.Owner.ListAsync("select details ->> 'lead' from audit_logs where details ->> 'lead' like 'jo%'"));
        Assert.Equal(["[erased]", "joann@x.io"],
            await database.Owner.ListAsync("select conditions ->> 'value' from lead_segments order by 1"));
    }

    [Theory]
    // As the log cuts now.
    [InlineData(
        "insert into email_templates (workspace_id, name, subject, body) values (1, 't', 's', repeat('x ', 247) || 'ann@x.io, and more')")]
    // As rows of before migration 020 are.
    [InlineData("select audit_write(1, 'update', 'email_templates', '1', '{\"after\": {\"body\": \"to ann@x....\"}}')")]
    public async Task An_address_that_the_log_cut_is_erased_too(string write)
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync(write);
        await database.Owner.ExecuteAsync("delete from email_templates");

        await database.As("lh_app").AskInAsync<string>(1, "select erase_address(1, 'ann@x.io')::text");

        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from audit_logs where details::text like '%ann@x%'"));
        Assert.InRange(await database.Owner.AskAsync<long>("select count(*) from audit_logs where details::text like '%...%'"), 1, 9);
    }

    [Fact]
    public async Task An_address_that_is_written_in_the_letters_of_its_country_is_told_and_erased()
    {
        const string written = "joe@m\u00fcller.de";
        const string decomposed = "joe@mu\u0308ller.de";
        const string other = "joe@m\u00fcller.de.example";
        await using var database = await FilledAsync();
        var lead = await database.Owner.AskAsync<long>(
            "insert into leads (workspace_id, email) values (1, 'joe@xn--mller-kva.de') returning id");
        await database.Owner.AskAsync<long>(
            """
            with logs as (
                insert into webhook_logs (workspace_id, webhook_id, payload)
                select 1, w.id, jsonb_build_object('said', a) from webhooks w, unnest($1) a),
            segments as (
                insert into lead_segments (workspace_id, name, conditions)
                select 1, a, jsonb_build_object('field', 'email', 'operator', 'equals', 'value', a) from unnest($1) a),
            added as (
                insert into audit_logs (workspace_id, actor, action, entity, details)
                select 1, 'a', 'old', 'x', jsonb_build_object('lead', a) from unnest($1) a returning 1)
            select count(*) from added
            """, [(string[])[written, decomposed, other, "joe@xn--mller-kva.de"]]);
        await database.Owner.ExecuteAsync(
            "update lead_segments set name = id::text; delete from audit_logs where entity = 'lead_segments'");
        var app = database.As("lh_app");
        var told = await app.AskInAsync<string>(1, "select export_lead(1, $1)::text", lead);
        foreach (var part in (string[])[written, decomposed, "joe@xn--mller-kva.de"])
            Assert.Contains($"\"said\": \"{part}\"", told, StringComparison.Ordinal);
        Assert.DoesNotContain(other, told, StringComparison.Ordinal);

        await app.AskInAsync<string>(1, "select erase_lead(1, $1)::text", lead);

        const string left = "select count(*) from {0} t where t::text like '%' || $1 || '%'";
        foreach (var table in (string[])["webhook_logs", "lead_segments", "audit_logs"])
        {
            Assert.Equal(1, await database.Owner.AskAsync<long>(left.Replace("{0}", table, StringComparison.Ordinal), written));
            Assert.Equal(1, await database.Owner.AskAsync<long>(left.Replace("{0}", table, StringComparison.Ordinal), other));
            Assert.Equal(0, await database.Owner.AskAsync<long>(left.Replace("{0}", table, StringComparison.Ordinal), decomposed));
        }
    }

    /// <summary>What a mail server answered, what an import has staged, and what the erasure itself writes down.</summary>
    [Fact]
    public async Task An_erasure_leaves_the_address_neither_in_rows_that_it_changes_nor_in_its_own()
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, error_message)
            select 1, c.id, l.id, 'ann@x.io', 'failed', '550 5.1.1 <ann@x.io>: rejected'
            from campaigns c, leads l
            where l.email = 'ben@x.io'
            """);
        var app = database.As("lh_app");
        var import = await app.AskInAsync<long>(1, "select begin_lead_import(1, 'staged')");
        await app.AskInAsync<long>(1,
            """
            with added as (
                insert into lead_import_rows (import_id, row_number, email) values ($1, 1, 'Ann <ann@x.io>'), ($1, 2, 'eve@x.io')
                returning 1)
            select count(*) from added
            """, import);
        var lead = await database.Owner.AskAsync<long>("select id from leads where workspace_id = 1 and email = 'ann@x.io'");
        var told = await app.AskInAsync<string>(1, "select export_lead(1, $1)::text", lead);
        Assert.Contains("Ann <ann@x.io>", told, StringComparison.Ordinal);

        await app.AskInAsync<string>(1,
            "select erase_lead(1, $1, 'asked by Ann@x.io')::text from (select set_config('app.actor', 'ann@x.io', true)) as actor", lead);
        await app.AskInAsync<string>(1, "select finish_lead_import(1, $1)::text", import);

        Assert.Empty(await HoldersAsync(database));
        Assert.Equal("asked by [erased] [erased]", await database.Owner.AskAsync<string>("select reason || ' ' || actor from erasures"));
        Assert.Equal("[erased]", await database.Owner.AskAsync<string>("select actor from audit_logs where action = 'erase'"));
        Assert.Equal("550 5.1.1 <[erased]>: rejected", await database.Owner.AskAsync<string>(
            "select error_message from email_sends where error_message like '550%'"));
    }

    [Fact]
    public async Task A_send_of_somebody_else_to_the_address_in_another_spelling_is_found()
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into email_sends (workspace_id, campaign_id, lead_id, email)
            select 1, c.id, l.id, ' Ann@X.io' from campaigns c, leads l where l.email = 'ben@x.io'
            """);

        await database.As("lh_app").AskInAsync<string>(1, "select erase_address(1, 'ann@x.io')::text");

        Assert.Empty(await HoldersAsync(database));
    }

    [Theory]
    [InlineData("mller-kva", "m\u00fcller")]
    [InlineData("maana-pta", "ma\u00f1ana")]
    [InlineData("wgv71a119e", "\u65e5\u672c\u8a9e")]
    [InlineData("a-b-99999999999", null)]
    [InlineData("x", null)]
    [InlineData("a*", null)]
    public async Task A_label_in_punycode_is_read_back(string label, string? read)
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Equal(read ?? "", await database.Owner.AskAsync<string>("select coalesce(unpunycode($1), '')", label));
        if (read is not null) Assert.Equal(label, await database.Owner.AskAsync<string>("select punycode($1)", read));
    }

    [Fact]
    public async Task An_address_that_a_lead_had_before_is_erased_alone_and_with_it()
    {
        await using var database = await FilledAsync();
        // Of ben's addresses the first is in archived months only.
        await database.Owner.ExecuteAsync(
            """
            delete from email_sends where email = 'ben@x.io';
            insert into webhook_logs (workspace_id, webhook_id, payload) select 1, id, '{"said": "told Ben@x.io"}' from webhooks;
            insert into email_sends (workspace_id, campaign_id, lead_id, email)
            select 1, c.id, l.id, 'own' from campaigns c, leads l where l.email = 'ben@x.io';
            insert into lead_segments (workspace_id, name, conditions)
            values (1, 'own', '{"field": "name", "operator": "equals", "value": "own"}');
            """);
        var app = database.As("lh_app");
        await app.AskInAsync<string>(1, "update leads set email = 'anna@x.io' where email = 'ann@x.io' returning email");
        await app.AskInAsync<string>(1, "update leads set email = 'benno@x.io' where email = 'ben@x.io' returning email");

        await app.AskInAsync<string>(1, "select erase_address(1, 'ann@x.io')::text");
        Assert.Empty(await HoldersAsync(database));
        Assert.Equal(2, (await HoldersAsync(database, "anna@x.io"))
            .Count(table => table.Contains("email_sends", StringComparison.Ordinal)));

        const string benno = "(select id from leads where email = 'benno@x.io')";
        Assert.Contains("told Ben@x.io", await app.AskInAsync<string>(1, $"select export_lead(1, {benno})::text"),
            StringComparison.Ordinal);
        var told = await app.AskInAsync<string>(1, $"select erase_lead(1, {benno})::text");
        Assert.Contains("\"webhook_logs\": 1", told, StringComparison.Ordinal);
        Assert.Empty(await HoldersAsync(database, "ben@x.io"));
        Assert.Empty(await HoldersAsync(database, "benno@x.io"));
        Assert.Equal("erased", await app.AskInAsync<string>(1, "select suppression_of(1, 'ben@x.io')"));
        // Counted once, and a text that is no address is looked for nowhere.
        Assert.Equal([told, "{}"], await database.Owner.ListAsync(
            """
            select erased::text from erasures
            where email_sha256 in (sha256('ben@x.io'), sha256('benno@x.io'), sha256('own'))
            order by erased = '{}'
            """));
        Assert.Equal("own", await database.Owner.AskAsync<string>("select conditions ->> 'value' from lead_segments"));
    }

    [Fact]
    public async Task An_export_holds_every_table_that_knows_the_lead()
    {
        await using var database = await FilledAsync();
        var lead = await database.Owner.AskAsync<long>("select id from leads where workspace_id = 1 and email = 'ann@x.io'");
        var told = await database.As("lh_app").AskInAsync<string>(1, "select export_lead(1, $1)::text", lead);
        foreach (var part in (string[])["\"email_sends\"", "\"lead_activities\"", "\"automation_executions\"", "archive.", "webhook_logs",
            "import_rejects", "ann@x.io"])
            Assert.Contains(part, told, StringComparison.Ordinal);
        Assert.DoesNotContain("ben@x.io", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("select erase_lead(2, 1)::text", "LH001")]
    [InlineData("select erase_lead(1, null)::text", "LH004")]
    [InlineData("select erase_lead(1, (select max(id) + 1000 from leads))::text", "LH004")]
    [InlineData("select export_lead(2, 1)::text", "LH001")]
    [InlineData("select erase_address(2, 'ann@x.io')::text", "LH001")]
    public async Task Another_workspaces_lead_and_one_that_is_not_there_are_refused(string sql, string state)
    {
        await using var database = await FilledAsync();
        var fault = await Assert.ThrowsAsync<PostgresException>(() => database.As("lh_app").AskInAsync<string>(1, sql));
        Assert.Equal(state, fault.SqlState);
    }

    [Fact]
    public async Task A_workspace_is_made_with_its_owner_changed_and_deleted_in_batches_and_its_log_stays()
    {
        await using var database = await FilledAsync();
        var app = database.As("lh_app");
        var id = await app.AskAsync<long>("select create_workspace('New', 'Owner@x.io', 'Olga')");
        var member = await app.AskInAsync<long>(id, "select add_member($1, 'member@x.io', 'Max')", id);
        Assert.True(await app.AskInAsync<bool>(id, "select change_member_role($1, $2, 'admin')", id, member));
        var lastOwner = await Assert.ThrowsAsync<PostgresException>(
            () => app.AskInAsync<bool>(id,
            "select remove_member($1, (select min(user_id) from workspace_members where role = 'owner'))", id));
        Assert.Equal("LH004", lastOwner.SqlState);
        Assert.True(await app.AskInAsync<bool>(id, "select remove_member($1, $2)", id, member));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from users where email = 'member@x.io'"));
        Assert.Equal(
            ["workspaces insert", "workspace_members insert", "workspace_members insert", "workspace_members update",
                "workspace_members delete"],
            await database.Owner.ListAsync($"select entity || ' ' || action from audit_logs where workspace_id = {id} order by id"));

        var calls = 0;
        for (var done = false; !done; calls++)
            done = await app.AskInAsync<bool>(1, "select done from delete_workspace(1, 3)");
        Assert.True(calls > 3);
        Assert.DoesNotContain(await HoldersAsync(database), holder => holder != "audit_logs");
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from leads where email = 'ann@x.io'"));
        Assert.True(await database.Owner.AskAsync<long>(
            "select count(*) from audit_logs where workspace_id = 1 and entity = 'workspaces' and action = 'delete'") == 1);
    }

    [Fact]
    public async Task Proofs_of_erasures_outlive_a_rollback()
    {
        await using var database = await FilledAsync();
        await database.As("lh_app").AskInAsync<string>(
            1, "select erase_lead(1, (select id from leads where workspace_id = 1 and email = 'ann@x.io'), 'asked')::text");
        const string proofs = "select string_agg(e::text, ';' order by id) from erasures e";
        var before = await database.Owner.AskAsync<string>(proofs);
        var migrator = new Migrator(database.Owner);

        await migrator.DownAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from archive.erasures"));
        Assert.False(await database.Owner.AskAsync<bool>("select has_table_privilege('lh_app', 'archive.erasures', 'select')"));
        await migrator.UpAsync(SilentProgress.Instance, TestContext.Current.CancellationToken);

        Assert.Equal(before, await database.Owner.AskAsync<string>(proofs));
        Assert.Equal(1, await database.As("lh_app").AskInAsync<long>(1, "select count(*) from erasures"));
        Assert.Equal(0, await database.As("lh_app").AskInAsync<long>(2, "select count(*) from erasures"));
        await database.As("lh_app").AskInAsync<string>(1, "select erase_address(1, 'ben@x.io', 'asked')::text");
        Assert.Equal(2, await database.Owner.AskAsync<long>("select count(*) from erasures"));
    }

    [Fact]
    public async Task An_empty_workspace_is_deleted_by_hand_as_on_the_base_schema()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync("insert into workspaces (id, name) values (7, 'empty'); delete from workspaces where id = 7");
        Assert.Equal(["7"], await database.Owner.ListAsync("select entity_id from audit_logs where action = 'delete'"));
    }
}
