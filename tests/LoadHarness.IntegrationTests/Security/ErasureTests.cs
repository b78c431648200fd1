using LoadHarness.Core.Progress;
using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using LoadHarness.Postgres.Migration;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>A person's rights: everything that is held is told, everything goes, and nobody writes to them again.</summary>
public sealed class ErasureTests(PostgresCluster cluster)
{
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
        await database.Owner.ExecuteAsync(
            """
            insert into webhook_logs (workspace_id, webhook_id, payload)
            select 1, w.id, jsonb_build_object('said', a) from webhooks w, unnest(array[
                'joann@x.io', 'jo.ann@x.io', 'jo-ann@x.io', 'jo+ann@x.io', 'ann@x.io.example', 'ann@x.iota',
                'first, ann@x.io.', '<ann@x.io>', 'https://y.example/?to=ann%40x.io&x=1', 'x%3Dann@x.io', E'line\nann@x.io',
                'mailto:ANN@x.io']) a;
            insert into audit_logs (workspace_id, actor, action, entity, details)
            values (1, 'a', 'old', 'x', '{"lead": "joann@x.io, ann@x.io"}');
            insert into lead_segments (workspace_id, name, conditions)
            select 1, a, jsonb_build_object('field', 'email', 'operator', 'equals', 'value', a)
            from unnest(array['ann@x.io', 'joann@x.io']) a;
            """);
        var lead = await database.Owner.AskAsync<long>("select id from leads where workspace_id = 1 and email = 'ann@x.io'");
        var told = await database.As("lh_app").AskInAsync<string>(1, "select export_lead(1, $1)::text", lead);
        Assert.Contains("mailto:", told, StringComparison.Ordinal);
        Assert.DoesNotMatch("joann|jo[.+-]ann|iota|io[.]example", told);

        await database.As("lh_app").AskInAsync<string>(1, "select erase_lead(1, $1)::text", lead);

        Assert.Equal(["ann@x.io.example", "ann@x.iota", "jo+ann@x.io", "jo-ann@x.io", "jo.ann@x.io", "joann@x.io"],
            await database.Owner.ListAsync(
                "select payload ->> 'said' from webhook_logs where payload ? 'said' order by (payload ->> 'said') collate \"C\""));
        Assert.Equal(["joann@x.io, [erased]"],
            await database.Owner.ListAsync("select details ->> 'lead' from audit_logs where details ->> 'lead' like 'jo%'"));
        Assert.Equal(["[erased]", "joann@x.io"],
            await database.Owner.ListAsync("select conditions ->> 'value' from lead_segments order by 1"));
    }

    [Fact]
    public async Task An_address_that_a_lead_had_before_is_erased_alone_and_with_it()
    {
        await using var database = await FilledAsync();
        var app = database.As("lh_app");
        await app.AskInAsync<string>(1, "update leads set email = 'anna@x.io' where email = 'ann@x.io' returning email");
        await app.AskInAsync<string>(1, "update leads set email = 'benno@x.io' where email = 'ben@x.io' returning email");

        await app.AskInAsync<string>(1, "select erase_address(1, 'ann@x.io')::text");
        Assert.Empty(await HoldersAsync(database));
        Assert.Equal(2, (await HoldersAsync(database, "anna@x.io"))
            .Count(table => table.Contains("email_sends", StringComparison.Ordinal)));

        await app.AskInAsync<string>(1, "select erase_lead(1, (select id from leads where email = 'benno@x.io'))::text");
        Assert.Empty(await HoldersAsync(database, "ben@x.io"));
        Assert.Empty(await HoldersAsync(database, "benno@x.io"));
        Assert.Equal("erased", await app.AskInAsync<string>(1, "select suppression_of(1, 'ben@x.io')"));
        Assert.Equal(1, await database.Owner.AskAsync<long>("select count(*) from erasures where email_sha256 = sha256('ben@x.io')"));
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

    // Every table of the database with a row of workspace 1 that holds the address in any column.
    private static async Task<List<string>> HoldersAsync(TestDatabase database, string address = "ann@x.io")
    {
        var holders = new List<string>();
        foreach (var table in await database.Owner.ListAsync(
            """
            select c.oid::regclass::text from pg_class c
            where relkind in ('r', 'p') and not relispartition and relnamespace::regnamespace::text in ('public', 'archive')
            order by 1
            """))
        {
            if (await database.Owner.AskAsync<bool>(
                $"""
                select exists (select from {table} t
                    where t::text ilike '%{address}%' and coalesce(to_jsonb(t) ->> 'workspace_id', '1') = '1')
                """))
                holders.Add(table);
        }

        return holders;
    }

    private async Task<TestDatabase> FilledAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (id, name) values (1, 'own'), (2, 'foreign');
            select setval(pg_get_serial_sequence('workspaces', 'id'), 100);
            insert into leads (workspace_id, email) values (1, 'ann@x.io'), (1, 'ben@x.io'), (2, 'ann@x.io');
            insert into campaigns (workspace_id, name, subject) values (1, 'c', 's');
            select add_month_partitions('email_sends', (now() - interval '40 months')::date, (now() - interval '40 months')::date);
            insert into email_sends (workspace_id, campaign_id, lead_id, email, status, sent_at, created_at)
            select 1, c.id, l.id, l.email, 'sent', t, t
            from campaigns c, leads l, unnest(array[now() - interval '40 months', now()]) t
            where l.workspace_id = 1;
            insert into lead_activities (workspace_id, lead_id, activity_type, metadata)
            select 1, id, 'note', jsonb_build_object('to', email)
            from leads
            where workspace_id = 1;
            insert into automation_flows (workspace_id, name) values (1, 'f');
            insert into automation_executions (workspace_id, flow_id, lead_id)
            select 1, f.id, l.id
            from automation_flows f, leads l
            where l.workspace_id = 1;
            insert into webhooks (workspace_id, url) values (1, 'https://example.com');
            insert into webhook_logs (workspace_id, webhook_id, payload) select 1, id, '{"email": "Ann@x.io"}' from webhooks;
            insert into lead_imports (workspace_id, source) values (1, 's');
            insert into lead_import_rejects (workspace_id, import_id, row_number, email, reason)
            select 1, id, 1, 'ANN@X.io', 'no'
            from lead_imports;
            insert into lead_import_rows (workspace_id, import_id, row_number, email) select 1, id, 1, ' Ann@x.io' from lead_imports;
            insert into audit_logs (workspace_id, actor, action, entity, details) values (1, 'a', 'old', 'x', '{"lead": "ann@x.io"}');
            select count(*) from apply_retention('email_sends', 1095);
            """);
        return database;
    }
}
