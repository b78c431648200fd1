using LoadHarness.Postgres.Workload;
using Npgsql;

namespace LoadHarness.IntegrationTests.Infrastructure;

/// <summary>A test's workspaces 1 (its own) and 2 (the foreign one), and what most tests put into them.</summary>
internal static class Workspaces
{
    public const long Own = 1;
    public const long Foreign = 2;

    public static async Task<TenantDatabase> OpenAppAsync(TestDatabase database, int connections = 20)
    {
        if (!database.IsShared) await AddAsync(database);
        return TenantDatabase.Open(database.ConnectionString, "lh_app", Own, connections);
    }

    public static Task AddAsync(TestDatabase database) =>
        ExecuteAsync(database, "insert into workspaces (id, name) values (1, 'own'), (2, 'foreign') on conflict do nothing");

    /// <summary>Active leads lead1@own.io and so on, in the own workspace; returns when they are there.</summary>
    public static Task AddLeadsAsync(TestDatabase database, int count) => ExecuteAsync(database,
        $"""
        insert into leads (workspace_id, email, name, created_at)
        select 1, 'lead' || i || '@own.io', 'Lead ' || i, now() - i * interval '1 minute' from generate_series(1, {count}) i
        """);

    public static Task<int> ExecuteAsync(TestDatabase database, string sql)
    {
        return RunAsync();
        async Task<int> RunAsync()
        {
            await using var command = database.Owner.CreateCommand(sql);
            return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    public static async Task<T> ReadAsync<T>(TestDatabase database, string sql)
    {
        await using var command = database.Owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>SQLSTATE of the error that the statement ends with.</summary>
    public static async Task<string> SqlStateOfAsync(TenantDatabase app, string sql, params object?[] arguments)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(
            () => app.ScalarAsync<object>(sql, arguments, TestContext.Current.CancellationToken));
        return error.SqlState;
    }
}
