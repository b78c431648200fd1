using LoadHarness.IntegrationTests.Infrastructure;
using LoadHarness.IntegrationTests.Input;
using LoadHarness.IntegrationTests.Migration;
using LoadHarness.IntegrationTests.Monitoring;
using Npgsql;

namespace LoadHarness.IntegrationTests.Security;

/// <summary>
/// SV-1, SV-2 for writing, for functions and for what the roles are. A new table or function is covered on the day it appears.
/// </summary>
public sealed class TenantWriteTests(PostgresCluster cluster)
{
    private static readonly string[] Roles = ["lh_app", "lh_readonly", "lh_worker"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_role_changes_or_deletes_or_empties_a_foreign_row_of_any_relation_or_partition()
    {
        await using var database = await FilledAsync();
        var faults = new List<string>();
        var attempts = 0;
        foreach (var role in Roles)
        {
            foreach (var relation in await RelationsAsync(database))
            {
                var column = relation == "workspaces" ? "id" : "workspace_id";
                foreach (var sql in (string[])[$"update {relation} set {column} = {column} where {column} <> 1",
                    $"delete from {relation} where {column} <> 1", $"truncate {relation} cascade"])
                {
                    attempts++;
                    if (await AttemptAsync(database, role, sql) is { } rows and not 0) faults.Add($"{role}: {sql}: {rows}");
                }
            }
        }

        Assert.Empty(faults);
        Assert.True(attempts > 800, $"{attempts} attempts");
    }

    [Fact]
    public async Task Every_function_that_takes_a_workspace_refuses_another_one_to_every_role()
    {
        await using var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await database.Owner.ExecuteAsync(GoodValues.Rows);
        var asked = 0;
        foreach (var routine in (await GrantedRoutine.AllAsync(database)).Where(r => r.Parameters.Any(p => p.Name == "p_workspace_id")))
        {
            foreach (var role in Roles)
            {
                var foreign = routine.Call(routine.Parameters.Select(p => p.Name == "p_workspace_id" ? "2" : GoodValues.Of(routine, p)));
                var fault = await Assert.ThrowsAsync<PostgresException>(() => database.As(role).AskInAsync<long>(1, foreign));
                Assert.True(fault.SqlState is "LH001" or "42501", $"{role}: {foreign}: {fault.SqlState} {fault.MessageText}");
                asked += fault.SqlState == "LH001" ? 1 : 0;
            }
        }

        Assert.True(asked > 15, $"{asked} calls reached a function");
    }

    [Fact]
    public async Task No_role_reads_a_materialized_view_or_an_archived_partition()
    {
        await using var database = await FilledAsync();
        await database.Owner.ExecuteAsync("select refresh_analytics_views()");
        // A month with sends that are still to go out stays.
        await database.Owner.ExecuteAsync("update email_sends set status = 'sent' where status = 'pending'");
        await database.Owner.ExecuteAsync("update campaigns set status = 'sent' where status = 'sending'");
        await database.Owner.ExecuteAsync("select count(*) from cleanup_old_email_sends(365)");
        var closed = await database.Owner.ListAsync(
            """
            select oid::regclass::text from pg_class
            where relkind = 'm'
              and relnamespace = 'public'::regnamespace
              or relnamespace = 'archive'::regnamespace
              and relkind = 'r'
            """);
        Assert.True(closed.Count >= 3, string.Join(", ", closed));
        foreach (var role in Roles)
        {
            foreach (var relation in closed)
                Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(
                    () => database.As(role).AskInAsync<long>(1, $"select count(*) from {relation}"))).SqlState);
        }
    }

    [Fact]
    public async Task No_role_can_log_in_or_pass_row_security_or_become_the_owner_or_alter_anything()
    {
        await using var database = await FilledAsync();
        // pg_cron starts the jobs as a role that may log in; without a password nobody else can be it.
        Assert.Empty(await database.Owner.ListAsync(
            """
            select rolname from pg_authid where rolname like 'lh\_%'
              and (rolcanlogin and (rolname <> 'lh_jobs' or rolpassword is not null)
                   or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
            """));
        foreach (var role in Roles)
        {
            Assert.False(await database.Owner.AskAsync<bool>(
                $"""
                select pg_has_role('{role}', 'lh_owner', 'member')
                  or has_schema_privilege('{role}', 'public', 'create')
                  or has_schema_privilege('{role}', 'archive', 'usage')
                """));
            foreach (var sql in (string[])["alter table leads disable row level security", "drop policy tenant on leads",
                "alter table leads no force row level security", "create policy mine on leads using (true)"])
                Assert.Equal("42501", (await Assert.ThrowsAsync<PostgresException>(() => database.As(role).ExecuteAsync(sql))).SqlState);
        }
    }

    [Fact]
    public async Task The_owner_is_bound_by_row_security_where_no_function_reads_across_workspaces()
    {
        await using var database = await FilledAsync();
        foreach (var relation in await database.Owner.ListAsync(
            "select oid::regclass::text from pg_class where relforcerowsecurity and relnamespace = 'public'::regnamespace"))
        {
            Assert.Equal(0, await database.As("lh_owner").AskAsync<long>($"select count(*) from {relation}"));
            Assert.Equal(0, await database.As("lh_owner").AskInAsync<long>(1, $"select count(*) from {relation} where workspace_id <> 1"));
        }
    }

    private async Task<TestDatabase> FilledAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await SampleRows.InsertAsync(database.Owner);
        return database;
    }

    private static Task<List<string>> RelationsAsync(TestDatabase database) => database.Owner.ListAsync(
        """
        select c.oid::regclass::text
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
         and a.attname = case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
        where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'public'::regnamespace
        """);

    /// <returns>How many rows it changed, in a transaction that is rolled back; null when it was refused.</returns>
    private static async Task<int?> AttemptAsync(TestDatabase database, string role, string sql)
    {
        await using var connection = await database.As(role).OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using var tenant = new NpgsqlCommand("select set_config('app.workspace_id', '1', true)", connection);
        await tenant.ExecuteNonQueryAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        try
        {
            var rows = await command.ExecuteNonQueryAsync(Stop);
            // TRUNCATE tells no number: that it was allowed is the fault.
            return rows < 0 ? 1 : rows;
        }
        catch (PostgresException refused) when (refused.SqlState is "42501" or "42809" or "55000")
        {
            return null;
        }
    }
}
