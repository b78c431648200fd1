using Npgsql;

namespace LoadHarness.Postgres;

/// <summary>Statements without a time limit: an index on ten million rows takes its time. Parameters are positional ($1).</summary>
public static class Statements
{
    public static async Task<int> ExecuteAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<T?> ScalarAsync<T>(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : default;
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken,
            params object[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }

    public static Task<List<string>> TextsAsync(
        this NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters) =>
        connection.ListAsync(sql, row => row.GetString(0), cancellationToken, parameters);

    public static async Task<int> ExecuteAsync(
        this NpgsqlDataSource source, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(sql, cancellationToken, parameters);
    }

    public static async Task<T?> ScalarAsync<T>(
        this NpgsqlDataSource source, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ScalarAsync<T>(sql, cancellationToken, parameters);
    }

    public static async Task<List<T>> ListAsync<T>(
        this NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken,
        params object[] parameters)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(sql, read, cancellationToken, parameters);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var value in parameters)
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        return command;
    }
}
