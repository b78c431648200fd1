using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>SV-4: what matters leaves a row, and nobody but the owner can write, change or silence the log.</summary>
public sealed class AuditTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("campaigns update", "update campaigns set status = 'paused'")]
    [InlineData("campaigns delete", "delete from campaigns where name = 'free'")]
    [InlineData("campaigns insert", "insert into campaigns (workspace_id, name, subject) values (1, 'd', 's')")]
    [InlineData("campaigns update", "update campaigns set subject = 'other'")]
    [InlineData("lead_segments insert", "insert into lead_segments (workspace_id, name, conditions) values (1, 's', '{}')")]
    [InlineData("email_templates insert", "insert into email_templates (workspace_id, name, subject, body) values (1, 't', 's', 'b')")]
    [InlineData("automation_flows insert", "insert into automation_flows (workspace_id, name) values (1, 'f')")]
    [InlineData("leads update", "update leads set status = 'unsubscribed'")]
    [InlineData("leads update", "update leads set email = 'other@x.io' where email = 'free@x.io'")]
    [InlineData("leads update", "update leads set name = 'overwritten'")]
    [InlineData("email_sends update", "update email_sends set status = 'failed'")]
    [InlineData("webhooks insert", "insert into webhooks (workspace_id, url) values (1, 'https://example.com')")]
    [InlineData("leads delete", "delete from leads where email = 'free@x.io'")]
    [InlineData("api_keys insert", "select create_api_key(1, 'key')")]
    [InlineData("api_keys update", "select revoke_api_key(1, 1, 'lost')")]
    public async Task What_the_application_does_leaves_a_row_with_its_actor(string row, string sql)
    {
        await using var database = await FilledAsync();
        await database.As("lh_app").AskInAsync<long>(
            1,
            $"""
            with done as ({(sql.StartsWith("select", StringComparison.Ordinal) ? sql : sql + " returning 1")})
            select count(*) from done
            """);
        Assert.Contains($"lh_app {row}",
            await database.Owner.ListAsync("select concat_ws(' ', actor, entity, action) from audit_logs where workspace_id = 1"));
    }

    [Theory]
    [InlineData("workspaces update", "update workspaces set name = 'renamed' where id = 1")]
    [InlineData("workspace_members insert", "insert into workspace_members (workspace_id, user_id) select 1, max(id) from users")]
    [InlineData("workspace_members delete", "delete from workspace_members")]
    [InlineData("api_keys delete", "delete from api_keys")]
    public async Task What_an_administrator_does_leaves_a_row_too(string row, string sql)
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync("set app.actor = 'alice'; " + sql + "; reset app.actor");
        Assert.Contains($"alice {row}",
            await database.Owner.ListAsync("select concat_ws(' ', actor, entity, action) from audit_logs where workspace_id = 1"));
    }

    [Fact]
    public async Task A_row_tells_the_login_beside_the_claimed_actor_the_clocks_time_and_no_secret()
    {
        await using var database = await FilledAsync();
        await using var connection = await database.As("lh_app").OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        foreach (var sql in (string[])
            [
                """
                select set_config('app.workspace_id', '1', true),
                       set_config('app.actor', 'chief@corp.example' || chr(10) || repeat('x', 100000), true)
                """, "select pg_sleep(0.2)",
                "insert into webhooks (workspace_id, url) values (1, 'https://user:S3cr3t@example.com/hook?token=S3cr3t')",
                "insert into email_templates (workspace_id, name, subject, body) values (1, 't', 's', repeat('b', 100000))",
                    "update leads set email = 'new@x.io' where email = 'free@x.io'", "delete from automation_flows",
            ])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("true 200", await database.Owner.AskAsync<string>(
            "select bool_and(login = session_user) || ' ' || max(length(actor)) from audit_logs where actor like 'chief%'"));
        Assert.Equal(0, await database.Owner.AskAsync<long>(
            """
            select count(*) from audit_logs
            where actor ~ '[[:cntrl:]]' or length(details::text) > 3000 or details::text ~ 'S3cr3t|new@x.io|free@x.io'
            """));
        Assert.True(await database.Owner.AskAsync<bool>(
            """
            select min(l.created_at) >= (select created_at from webhooks) and max(l.created_at) <= clock_timestamp()
              and max(l.created_at) > (select created_at from webhooks) + interval '150 ms'
            from audit_logs l
            where actor like 'chief%'
            """));
    }

    [Fact]
    public async Task Leads_that_a_json_import_overwrites_leave_one_row_as_an_import_by_copy()
    {
        await using var database = await FilledAsync();
        await database.As("lh_app").AskInAsync<long>(
            1,
            """
            select updated_count
            from fast_bulk_lead_import(1, '[{"email": "free@x.io", "name": "Other"}, {"email": "new@x.io"}, {"email": ""}]')
            """);
        Assert.Equal(["lh_app import 1 1 1"], await database.Owner.ListAsync(
            """
            select concat_ws(' ', actor, action, details ->> 'imported', details ->> 'updated', details ->> 'rejected')
            from audit_logs
            where entity = 'leads'
            """));
    }

    [Fact]
    public async Task A_session_can_neither_forge_the_deletion_of_a_lead_nor_hide_it()
    {
        await using var database = await FilledAsync();
        await using var connection = await database.As("lh_app").OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            foreach (var sql in (string[])
                [
                    "select set_config('app.workspace_id', '1', true), set_config('loadharness.deleting_in', ',1,2,', true)",
                    "delete from leads where false",
                    "select set_config('loadharness.deleting_in', ',2,', true)",
                    "delete from leads where email = 'free@x.io' and set_config('loadharness.deleting_in', '', true) is not null",
                ])
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(["1 1 1"], await database.Owner.ListAsync(
            """
            select concat_ws(' ', workspace_id, details ->> 'leads', jsonb_array_length(details -> 'ids'))
            from audit_logs
            where action = 'delete' and entity = 'leads'
            """));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from lead_deletions"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.As("lh_app").AskInAsync<long>(
            1, "with i as (insert into lead_deletions values (1, pg_current_xact_id(), 1) returning 1) select count(*) from i"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("00")]
    [InlineData("")]
    public async Task What_concerns_no_workspace_is_read_by_no_tenant(string workspace)
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync("update users set name = 'Other'");
        Assert.NotEqual(0, await database.Owner.AskAsync<long>("select count(*) from audit_logs where workspace_id = 0"));

        await using var connection = await database.As("lh_app").OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"set app.workspace_id = '{workspace}'; select count(*) from audit_logs", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_the_imports_bring_is_one_row_and_a_deletion_names_its_leads()
    {
        await using var database = await FilledAsync();
        var app = database.As("lh_app");
        var import = await app.AskInAsync<long>(1, "select begin_lead_import(1, 'crm')");
        await app.AskInAsync<long>(1,
            """
            with r as (
                insert into lead_import_rows (import_id, row_number, email, name)
                select $1, g, 'i' || g || '@x.io', 'N' from generate_series(1, 50) g
                returning 1)
            select count(*) from r
            """, import);
        await app.AskInAsync<long>(1, "select imported from finish_lead_import(1, $1)", import);
        Assert.Equal(["import 50"], await database.Owner.ListAsync(
            "select action || ' ' || (details ->> 'imported') from audit_logs where entity = 'leads'"));
        await app.AskInAsync<long>(1, "with d as (delete from leads where email like 'i%' returning 1) select count(*) from d");
        Assert.Equal(["50 50"], await database.Owner.ListAsync(
            "select (details ->> 'leads') || ' ' || jsonb_array_length(details -> 'ids') from audit_logs where action = 'delete'"));
    }

    [Theory]
    [InlineData("lh_app")]
    [InlineData("lh_readonly")]
    [InlineData("lh_worker")]
    public async Task No_role_can_write_change_empty_or_silence_the_log(string role)
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync("update campaigns set status = 'paused'");
        var before = await database.Owner.AskAsync<long>("select count(*) from audit_logs");
        Assert.True(before > 0);
        foreach (var log in (string[])["audit_logs", "api_key_audit_logs"])
        {
            foreach (var sql in (string[])
                [
                    $"insert into {log} (workspace_id) values (1)", $"update {log} set action = 'x'", $"delete from {log}",
                        $"truncate {log}", $"drop table {log}",
                    $"alter table {log} disable row level security",
                ])
                await AssertRefusedAsync(database, role, sql);
        }

        foreach (var sql in (string[])
            [
                "alter table campaigns disable trigger audit_campaigns", "drop trigger audit_campaigns on campaigns",
                    "set session_replication_role = replica",
                "alter function audit_row_change() rename to gone",
                    "create or replace function audit_row_change() returns trigger language plpgsql as 'begin return null; end'",
                "truncate leads cascade",
            ])
            await AssertRefusedAsync(database, role, sql);
        Assert.Equal(before, await database.Owner.AskAsync<long>("select count(*) from audit_logs"));
    }

    private async Task<TestDatabase> FilledAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(
            """
            insert into workspaces (id, name) values (1, 'own');
            insert into users (email, name) values ('a@x.io', 'A'), ('b@x.io', 'B');
            insert into workspace_members (workspace_id, user_id) select 1, min(id) from users;
            insert into leads (workspace_id, email) values (1, 'lead@x.io'), (1, 'free@x.io');
            insert into campaigns (workspace_id, name, subject) values (1, 'c', 's'), (1, 'free', 's');
            insert into api_keys (workspace_id, name, key_hash) values (1, 'key', '\x01');
            insert into email_sends (workspace_id, campaign_id, lead_id, email)
            select 1, c.id, l.id, l.email
            from campaigns c, leads l
            where c.name = 'c' and l.email = 'lead@x.io';
            """);
        return database;
    }

    private static async Task AssertRefusedAsync(TestDatabase database, string role, string sql)
    {
        var fault = await Assert.ThrowsAsync<PostgresException>(() => database.As(role).ExecuteAsync(sql));
        Assert.True(fault.SqlState == "42501", $"{role}: {sql}: {fault.SqlState} {fault.MessageText}");
    }
}
