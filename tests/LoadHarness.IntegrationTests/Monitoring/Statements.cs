using Npgsql;

namespace LoadHarness.IntegrationTests.Monitoring;

/// <summary>Statements as tests write them: SQL, values, one answer.</summary>
internal static class Statements
{
    public static async Task ExecuteAsync(this NpgsqlDataSource source, string sql, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> AskAsync<T>(this NpgsqlDataSource source, string sql, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task<List<string>> ListAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetValue(0).ToString()!);
        return rows;
    }

    /// <summary>One workspace and some leads in it; the workspace's id.</summary>
    public static async Task<long> AddWorkspaceAsync(this NpgsqlDataSource source, int leads = 0)
    {
        var id = await source.AskAsync<long>("insert into workspaces (name) values ('one') returning id");
        await source.ExecuteAsync(
            "insert into leads (workspace_id, email) select $1, 'lead' || g || '@example.com' from generate_series(1, $2) g", id, leads);
        return id;
    }

    /// <summary>As the app does: the workspace and the statement in one round trip, one transaction.</summary>
    public static async Task<T> AskInAsync<T>(this NpgsqlDataSource source, long workspace, string sql, params object[] values)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var tenant = new NpgsqlCommand("select set_config('app.workspace_id', $1, true)", connection)
        {
            Parameters = { new() { Value = workspace.ToString() } },
        };
        await tenant.ExecuteNonQueryAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        var answer = (T)(await command.ExecuteScalarAsync())!;
        await transaction.CommitAsync();
        return answer;
    }
}
