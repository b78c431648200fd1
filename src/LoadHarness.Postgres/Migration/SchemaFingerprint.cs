using Npgsql;

namespace LoadHarness.Postgres.Migration;

/// <summary>
/// One line for each column, constraint, index, statistics target, owner, grant, policy, routine, view, trigger and comment of a schema.
/// </summary>
internal static class SchemaFingerprint
{
    private const string BaseSchema = "loadharness_base";

    public static async Task<IReadOnlyList<string>> ReadAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, "public", cancellationToken);
    }

    /// <summary>What sql/schema.sql makes, in a transaction that is rolled back, and its columns by table.</summary>
    public static async Task<(IReadOnlyList<string> Lines, IReadOnlyDictionary<string, string[]> Columns)> OfBaseAsync(
        NpgsqlDataSource source, string baseSchema, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync($"create schema {BaseSchema}; set local search_path = {BaseSchema}", cancellationToken);
        await connection.ExecuteAsync(baseSchema, cancellationToken);
        var lines = await ReadAsync(connection, BaseSchema, cancellationToken);
        var columns = await connection.TextsAsync(
            $"""
            select table_name || '.' || column_name
            from information_schema.columns
            where table_schema = '{BaseSchema}'
            order by table_name, ordinal_position
            """, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        return (lines, columns.Select(name => name.Split('.')).GroupBy(name => name[0], name => name[1])
            .ToDictionary(table => table.Key, table => table.ToArray()));
    }

    // Names are printed without the schema they are in: two schemas can be compared.
    private static async Task<IReadOnlyList<string>> ReadAsync(
        NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        var lines = await connection.TextsAsync(ProgramSql.Of("schema-fingerprint"), cancellationToken, schema);
        return [.. lines.Select(line => line.Replace(schema + ".", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
