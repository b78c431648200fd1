using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.ApiKeys;

public sealed class ApiKeyTests(PostgresCluster cluster)
{
    [Fact]
    public async Task A_key_is_stored_as_a_hash_alone_and_verifies()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync();
        var key = await database.As("lh_app").AskInAsync<string>(workspace, "select api_key from create_api_key($1, 'mine')", workspace);
        Assert.Equal(workspace, await database.As("lh_app").AskAsync<long>("select workspace_id from verify_api_key($1)", key));
        Assert.Equal(0, await database.Owner.AskAsync<long>(
            """
            select (select count(*) from api_keys k where to_jsonb(k)::text like '%' || $1 || '%')
                + (select count(*) from audit_logs a where a::text like '%' || $1 || '%')
                + (select count(*) from api_key_audit_logs a where a::text like '%' || $1 || '%')
            """, key));
        Assert.Equal(0, await database.Owner.AskAsync<long>("select count(*) from audit_logs where details::text like '%key_hash%'"));
    }

    [Fact]
    public async Task A_key_with_auto_renewal_is_never_expired_at_three_and_is_renewed_at_four()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync();
        await database.Owner.ExecuteAsync(
            """
            insert into api_keys (workspace_id, name, key_hash, expires_at, auto_renew)
            values ($1, 'renewed', '\x01', now() - interval '1 minute', true), ($1, 'lapsed', '\x02', now() - interval '1 minute', false),
                   ($1, 'soon', '\x03', now() + interval '20 hours', true), ($1, 'later', '\x04', now() + interval '20 days', true)
            """,
            workspace);
        Assert.Equal(1, await database.As("lh_worker").AskAsync<long>("select expire_api_keys()"));
        Assert.Equal("active", await database.Owner.AskAsync<string>("select status from api_keys where name = 'renewed'"));
        Assert.Equal("expired", await database.Owner.AskAsync<string>("select status from api_keys where name = 'lapsed'"));
        Assert.Equal(2, await database.As("lh_worker").AskAsync<long>("select auto_renew_api_keys()"));
        Assert.True(await database.Owner.AskAsync<bool>(
            "select bool_and(expires_at > now() + interval '360 days') from api_keys where name in ('renewed', 'soon')"));
        Assert.Equal(0, await database.As("lh_worker").AskAsync<long>("select auto_renew_api_keys()"));
        Assert.Equal("expired renewed renewed",
            await database.Owner.AskAsync<string>("select string_agg(action, ' ' order by action) from api_key_audit_logs"));
    }

    [Fact]
    public async Task Renewal_is_scheduled_after_expiry_and_looks_further_ahead_than_a_day()
    {
        await using var database = await cluster.SharedDatabaseAsync();
        Assert.Equal(["0 3 * * *", "0 4 * * *"],
            await database.Owner.ListAsync(
            "select schedule from scheduled_jobs where requirement in ('JB-4', 'JB-5') order by requirement"));
    }

    [Fact]
    public async Task When_a_key_was_last_used_is_kept_and_not_written_at_each_call()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync();
        var app = database.As("lh_app");
        var key = await app.AskInAsync<string>(workspace, "select api_key from create_api_key($1, 'mine')", workspace);
        for (var call = 0; call < 3; call++)
            Assert.Equal(workspace, await app.AskAsync<long>("select workspace_id from verify_api_key($1)", key));
        Assert.True(await database.Owner.AskAsync<bool>("select last_used_at > now() - interval '1 minute' from api_keys"));
        Assert.Equal("1", await database.Owner.AskAsync<string>("select (last_used_at < clock_timestamp())::int::text from api_keys"));
        var first = await database.Owner.AskAsync<DateTime>("select last_used_at from api_keys");
        await app.AskAsync<long>("select workspace_id from verify_api_key($1)", key);
        Assert.Equal(first, await database.Owner.AskAsync<DateTime>("select last_used_at from api_keys"));
    }

    [Theory]
    [InlineData("1 day", true)]
    [InlineData("3 days", false)]
    [InlineData("400 days", false)]
    public async Task A_key_with_auto_renewal_outlives_its_time_by_two_days_alone(string lapsed, bool works)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync();
        var key = await database.As("lh_app")
            .AskInAsync<string>(workspace, "select api_key from create_api_key($1, 'mine', null, true)", workspace);
        await database.Owner.ExecuteAsync($"update api_keys set expires_at = now() - interval '{lapsed}'");
        Assert.Equal(works, await database.As("lh_app").AskAsync<bool>("select workspace_id is not null from verify_api_key($1)", key));
    }

    [Fact]
    public async Task A_revoked_key_verifies_no_more()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync();
        var app = database.As("lh_app");
        var key = await app.AskInAsync<string>(workspace, "select api_key from create_api_key($1, 'mine')", workspace);
        Assert.True(await app.AskInAsync<bool>(workspace, "select revoke_api_key($1, (select max(id) from api_keys), 'lost')", workspace));
        Assert.True(await app.AskAsync<bool>("select workspace_id is null from verify_api_key($1)", key));
    }

    [Theory]
    [InlineData("select api_key from create_api_key(2, 'k')", "LH001")]
    [InlineData("select api_key from create_api_key(1, '')", "LH004")]
    [InlineData("select api_key from create_api_key(1, 'k', now() - interval '1 day')", "LH004")]
    [InlineData("select api_key from create_api_key(1, 'k', null, true, 0)", "LH004")]
    [InlineData("insert into audit_logs (workspace_id, actor, action, entity) values (1, 'me', 'x', 'y')", "42501")]
    [InlineData("insert into api_key_audit_logs (workspace_id, api_key_id, action) values (1, 1, 'x')", "42501")]
    [InlineData("delete from audit_logs", "42501")]
    [InlineData("select key_hash from api_keys", "42501")]
    public async Task The_app_can_neither_misuse_keys_nor_write_the_audit(string sql, string state)
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var error = await Assert.ThrowsAsync<PostgresException>(() => database.As("lh_app").AskInAsync<object>(1, sql));
        Assert.Equal(state, error.SqlState);
    }

    [Fact]
    public async Task What_matters_leaves_an_audit_row_with_its_actor()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        var workspace = await database.Owner.AddWorkspaceAsync(leads: 30);
        await database.As("lh_app").AskInAsync<long>(workspace, "with gone as (delete from leads returning 1) select count(*) from gone");
        Assert.Equal("lh_app delete 30",
            await database.Owner.AskAsync<string>(
            "select concat_ws(' ', actor, action, details ->> 'leads') from audit_logs where entity = 'leads'"));
    }
}
