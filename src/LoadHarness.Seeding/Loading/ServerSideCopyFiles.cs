using Npgsql;

namespace LoadHarness.Seeding.Loading;

/// <summary>
/// Files that the server writes and reads itself, in its data directory: one a table and worker, rows in the order they were generated.
/// </summary>
internal sealed class ServerSideCopyFiles(string prefix, int parts)
{
    private readonly List<CopyTable> _written = [];

    public static async Task<bool> AreAllowedAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        return await connection.ScalarAsync<bool>(
            """
            select pg_has_role(current_user, 'pg_read_server_files', 'usage')
               and pg_has_role(current_user, 'pg_write_server_files', 'usage')
               and pg_has_role(current_user, 'pg_read_all_settings', 'usage')
            """,
            cancellationToken);
    }

    public static async Task<ServerSideCopyFiles> InDataDirectoryAsync(
        NpgsqlConnection connection, int parts, CancellationToken cancellationToken) =>
        new(await connection.ScalarAsync<string>(
            "select current_setting('data_directory') || '/loadharness_measure_'", cancellationToken) ?? "",
            parts);

    public Task WriteAsync(NpgsqlDataSource source, CopyTable table, SeedPlan plan, CancellationToken cancellationToken)
    {
        // Before the first byte: a write that fails leaves a part of its files.
        _written.Add(table);
        return EachPartAsync(source, part =>
            $"copy (select {table.Columns} from {table.Name} where {Range(table, plan, part)} order by id) "
                + $"to {Literal(table, part)} (format binary)", cancellationToken);
    }

    public Task ReadAsync(NpgsqlDataSource source, CopyTable table, CancellationToken cancellationToken) =>
        EachPartAsync(source, part => $"copy {table.Name} ({table.Columns}) from {Literal(table, part)} (format binary)",
            cancellationToken);

    /// <summary>
    /// Removes what was written where this program can reach it, and empties it where only the server can. A file that cannot be removed
    /// does not stop the others.
    /// </summary>
    /// <returns>Files that may hold rows still, each with the reason.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(NpgsqlDataSource source)
    {
        var left = new List<string>();
        foreach (var table in _written)
        {
            for (var part = 0; part < parts; part++)
            {
                var fault = await EmptyAsync(source, table, part);
                if (!IsDeleted(Path(table, part)) && fault is not null) left.Add($"{Path(table, part)} ({fault})");
            }
        }

        return left;
    }

    // Ids follow the order of the plan. The last part takes all that is left.
    private string Range(CopyTable table, SeedPlan plan, int part)
    {
        var (from, to) = (LastBefore(plan.Contacts * part / parts), LastBefore(plan.Contacts * (part + 1) / parts));
        return part == parts - 1
            ? $"{table.LeadColumn} > {from}"
            : $"{table.LeadColumn} > {from} and {table.LeadColumn} <= {to}";

        long LastBefore(long ordinal) => ordinal == 0 ? 0 : plan.LeadAt(ordinal - 1).Id;
    }

    private string Path(CopyTable table, int part) => $"{prefix}{table.Name}_{part}.copy";

    private string Literal(CopyTable table, int part) => $"'{Path(table, part).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <returns>Why it could not be done; null when it was.</returns>
    private async Task<string?> EmptyAsync(NpgsqlDataSource source, CopyTable table, int part)
    {
        try
        {
            await using var connection = await source.OpenLongAsync(CancellationToken.None);
            await connection.ExecuteAsync(
                $"copy (select where false) to {Literal(table, part)} (format binary)", CancellationToken.None);
            return null;
        }
        catch (NpgsqlException fault)
        {
            return fault.Message;
        }
    }

    // Where the server's file system is not ours, an empty file stays.
    private static bool IsDeleted(string path)
    {
        try
        {
            if (!File.Exists(path)) return false;
            File.Delete(path);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Task EachPartAsync(NpgsqlDataSource source, Func<int, string> statement, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(Enumerable.Range(0, parts),
            new ParallelOptions { MaxDegreeOfParallelism = parts, CancellationToken = cancellationToken },
                async (part, cancellationToken) =>
        {
            await using var connection = await source.OpenLongAsync(cancellationToken);
            await connection.ExecuteAsync("set synchronous_commit = off", cancellationToken);
            await connection.ExecuteAsync(statement(part), cancellationToken);
        });
}

/// <param name="LeadColumn">The column that holds the lead's id.</param>
internal sealed record CopyTable(string Name, string Columns, string LeadColumn);
