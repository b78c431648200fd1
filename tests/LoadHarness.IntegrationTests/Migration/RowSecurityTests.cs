using LoadHarness.IntegrationTests.Infrastructure;
using Npgsql;

namespace LoadHarness.IntegrationTests.Migration;

/// <summary>SV-1, SV-2: every relation of the catalog, seen by every role. A new table is covered on the day it appears.</summary>
public sealed class RowSecurityTests(PostgresCluster cluster)
{
    private const string PermissionDenied = "42501";

    private static readonly string[] Roles = ["lh_app", "lh_readonly", "lh_worker"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_role_sees_rows_of_its_workspace_alone_in_every_relation_or_is_refused()
    {
        await using var database = await FilledAsync();
        var leaks = new List<string>();
        var seen = 0;
        foreach (var role in Roles)
        {
            foreach (var (relation, column) in await TenantRelationsAsync(database))
            {
                var foreign = await ForeignRowsAsync(database.As(role), relation, column);
                if (foreign is > 0)
                    leaks.Add($"{role} reads {foreign} foreign rows of {relation}");
                seen += foreign is null ? 0 : 1;
            }
        }

        Assert.Empty(leaks);
        Assert.True(seen > 20, $"Only {seen} reads were allowed at all: the matrix proves nothing.");
    }

    [Fact]
    public async Task Every_table_and_partition_of_a_tenant_has_row_security_on()
    {
        await using var database = await FilledAsync();
        var open = await TextsAsync(
            database.Owner,
            """
            select c.oid::regclass::text from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity and c.relpersistence = 'p'
            """);
        Assert.Empty(open);
    }

    [Fact]
    public async Task Without_a_workspace_no_role_sees_a_row()
    {
        await using var database = await FilledAsync();
        foreach (var role in Roles)
        {
            await using var command = database.As(role).CreateCommand("select count(*) from leads");
            Assert.Equal(0L, await command.ExecuteScalarAsync(Stop));
        }
    }

    [Fact]
    public async Task The_owner_role_sees_everything_for_the_functions_it_runs()
    {
        await using var database = await FilledAsync();
        await using var command = database.As("lh_owner").CreateCommand("select count(distinct workspace_id) from leads");
        Assert.Equal(3L, await command.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task No_role_can_read_or_write_a_partition_directly()
    {
        await using var database = await FilledAsync();
        var partitions = await TextsAsync(
            database.Owner,
            "select oid::regclass::text from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace");
        Assert.True(partitions.Count >= 96);
        foreach (var role in Roles)
        {
            foreach (var partition in partitions)
            {
                var fault = await Assert.ThrowsAsync<PostgresException>(
                    () => ScalarAsync(database.As(role), 1, $"select count(*) from {partition}"));
                Assert.Equal(PermissionDenied, fault.SqlState);
            }
        }
    }

    [Theory]
    [InlineData("lh_app", "insert into leads (workspace_id, email) values (2, 'planted@example.com')")]
    [InlineData("lh_app", "update leads set workspace_id = 2")]
    [InlineData("lh_app", "insert into audit_logs (workspace_id, actor, action, entity) values (1, 'a', 'b', 'c')")]
    [InlineData("lh_app", "delete from audit_logs")]
    [InlineData("lh_app", "select key_hash from api_keys")]
    [InlineData("lh_readonly", "update leads set name = 'x'")]
    [InlineData("lh_readonly", "insert into leads (workspace_id, email) values (1, 'x@example.com')")]
    [InlineData("lh_worker", "delete from email_sends")]
    [InlineData("lh_worker", "update leads set name = 'x'")]
    public async Task A_write_or_read_beyond_the_role_is_refused(string role, string sql)
    {
        await using var database = await FilledAsync();
        var fault = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(database.As(role), 1, sql));
        Assert.Equal(PermissionDenied, fault.SqlState);
    }

    [Fact]
    public async Task A_pooled_connection_does_not_keep_the_last_tenant()
    {
        await using var database = await FilledAsync();
        var options = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Options = "-c role=lh_app",
            MaxPoolSize = 1,
            NoResetOnClose = true,
        };
        await using var pool = NpgsqlDataSource.Create(options.ConnectionString);

        Assert.Equal((long)SampleRows.LeadsAWorkspace, await ScalarAsync(pool, 1, "select count(*) from leads"));

        await using var bare = pool.CreateCommand("select count(*) from leads");
        Assert.Equal(0L, await bare.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task A_row_cannot_refer_to_a_row_of_another_workspace()
    {
        await using var database = await FilledAsync();
        await using var command = database.Owner.CreateCommand(
            """
            insert into lead_activities (workspace_id, lead_id, activity_type)
            select 2, id, 'note' from leads
            where workspace_id = 1 limit 1
            """);
        var fault = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Stop));
        Assert.Equal(PostgresErrorCodes.ForeignKeyViolation, fault.SqlState);
    }

    private async Task<TestDatabase> FilledAsync()
    {
        var database = await cluster.CreateDatabaseAsync(SchemaState.Optimized);
        await SampleRows.InsertAsync(database.Owner);
        return database;
    }

    private static async Task<IReadOnlyList<(string Relation, string Column)>> TenantRelationsAsync(TestDatabase database)
    {
        await using var command = database.Owner.CreateCommand(
            """
            select c.oid::regclass::text, a.attname::text
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
             and a.attname = case when c.relname = 'workspaces' then 'id' else 'workspace_id' end
            where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'public'::regnamespace
            """);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var relations = new List<(string, string)>();
        while (await reader.ReadAsync(Stop))
            relations.Add((reader.GetString(0), reader.GetString(1)));
        return relations;
    }

    /// <returns>Null when the role may not read the relation at all.</returns>
    private static async Task<long?> ForeignRowsAsync(NpgsqlDataSource role, string relation, string column)
    {
        try
        {
            return (long?)await ScalarAsync(role, 1, $"select count(*) from {relation} where {column} is distinct from 1");
        }
        catch (PostgresException e) when (e.SqlState == PermissionDenied)
        {
            return null;
        }
    }

    // As the application does it: setting and query in one batch, one implicit transaction.
    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, long workspace, string sql)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('app.workspace_id', $1, true)")
        {
            Parameters = { new() { Value = $"{workspace}" } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        await using var reader = await batch.ExecuteReaderAsync(Stop);
        await reader.NextResultAsync(Stop);
        return await reader.ReadAsync(Stop) ? reader.GetValue(0) : null;
    }

    private static async Task<List<string>> TextsAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Stop);
        var texts = new List<string>();
        while (await reader.ReadAsync(Stop))
            texts.Add(reader.GetString(0));
        return texts;
    }
}
