using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>SV-4: what matters leaves a row, and nobody but the owner can write, change or silence the log.</summary>
public sealed class AuditTests(PostgresCluster cluster)
{
    [Theory]
    [InlineData("campaigns update", "update campaigns set status = 'paused'")]
    [InlineData("campaigns delete", "delete from campaigns")]
    [InlineData("webhooks insert", "insert into webhooks (workspace_id, url) values (1, 'https://example.com')")]
    [InlineData("leads delete", "delete from leads")]
    [InlineData("api_keys insert", "select create_api_key(1, 'key')")]
    [InlineData("api_keys update", "select revoke_api_key(1, 1, 'lost')")]
    public async Task What_the_application_does_leaves_a_row_with_its_actor(string row, string sql)
    {
        await using var database = await FilledAsync();
        await database.As("lh_app").AskInAsync<long>(1, $"with done as ({(sql.StartsWith("select", StringComparison.Ordinal) ? sql : sql + " returning 1")}) select count(*) from done");
        Assert.Contains($"lh_app {row}", await database.Owner.ListAsync("select concat_ws(' ', actor, entity, action) from audit_logs where workspace_id = 1"));
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
        Assert.Contains($"alice {row}", await database.Owner.ListAsync("select concat_ws(' ', actor, entity, action) from audit_logs where workspace_id = 1"));
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
                    $"insert into {log} (workspace_id) values (1)", $"update {log} set action = 'x'", $"delete from {log}", $"truncate {log}", $"drop table {log}",
                    $"alter table {log} disable row level security",
                ])
                await AssertRefusedAsync(database, role, sql);
        }

        foreach (var sql in (string[])
            [
                "alter table campaigns disable trigger audit_campaigns", "drop trigger audit_campaigns on campaigns", "set session_replication_role = replica",
                "alter function audit_row_change() rename to gone", "create or replace function audit_row_change() returns trigger language plpgsql as 'begin return null; end'",
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
            insert into leads (workspace_id, email) values (1, 'lead@x.io');
            insert into campaigns (workspace_id, name, subject) values (1, 'c', 's');
            insert into api_keys (workspace_id, name, key_hash) values (1, 'key', '\x01');
            """);
        return database;
    }

    private static async Task AssertRefusedAsync(TestDatabase database, string role, string sql)
    {
        var fault = await Assert.ThrowsAsync<PostgresException>(() => database.As(role).ExecuteAsync(sql));
        Assert.True(fault.SqlState == "42501", $"{role}: {sql}: {fault.SqlState} {fault.MessageText}");
    }
}
