using System.Text.Json;
using LoadHarness.Core.Statistics;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using Npgsql;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// The client's part of the baselines' imports: how rows are dealt out to statements and transactions. The statements are files.
/// </summary>
internal static class BaselineImport
{
    /// <summary>As the optimized import has.</summary>
    private const int Sessions = 2;

    private const int RowsAStatement = 1_000;
    private const int RowsACommit = 10_000;

    /// <summary>
    /// C: statements of 1,000 rows. An address goes to one session, so that its rows are merged in their order, and no two wait for each
    /// other.
    /// </summary>
    public static Task CarefulAsync(
        ScenarioEnvironment environment, TenantDatabase app, IReadOnlyList<ImportRow> file, CancellationToken cancellationToken) =>
        Task.WhenAll(Shares(file).Select(async share =>
        {
            await using var connection = await app.ConnectAsync(cancellationToken);
            foreach (var batch in Batches(share))
            {
                await using var reader = await app.QueryAsync(
                    connection, environment.Queries["import_rows"], Columns(batch), cancellationToken);
                await TenantDatabase.DrainAsync(reader, cancellationToken);
            }
        }));

    /// <summary>N: a statement a row, prepared, one session.</summary>
    public static async Task NaiveAsync(
        ScenarioEnvironment environment, TenantDatabase app, IReadOnlyList<ImportRow> file, CancellationToken cancellationToken)
    {
        await using var connection = await app.ConnectAsync(cancellationToken);
        foreach (var part in file.Chunk(RowsACommit))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            foreach (var row in part)
                await ExecuteAsync(connection, environment.Queries["import_row"], [app.WorkspaceId, .. Values(row)], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>X: COPY into a temporary table, then a merge for each round; a round holds no address twice.</summary>
    public static Task ExpertAsync(
        ScenarioEnvironment environment, TenantDatabase app, IReadOnlyList<ImportRow> file, CancellationToken cancellationToken) =>
        Task.WhenAll(Shares(file).Select(async share =>
        {
            await using var connection = await app.ConnectAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, environment.Queries["import_stage"], [], cancellationToken);
            var rounds = await CopyAsync(connection, environment.Queries["import_copy"], share, cancellationToken);
            for (var round = 1; round <= rounds; round++)
                await ExecuteAsync(connection, environment.Queries["import_merge"], [app.WorkspaceId, round], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }));

    private static async Task<int> CopyAsync(
        NpgsqlConnection connection, string copy, IReadOnlyList<ImportRow> rows, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var import = await connection.BeginBinaryImportAsync(copy, cancellationToken);
        foreach (var row in rows)
        {
            seen[row.Email] = seen.GetValueOrDefault(row.Email) + 1;
            await import.StartRowAsync(cancellationToken);
            await import.WriteAsync(seen[row.Email], cancellationToken);
            foreach (var text in Values(row)) await import.WriteAsync(text as string, NpgsqlTypes.NpgsqlDbType.Text, cancellationToken);
        }

        await import.CompleteAsync(cancellationToken);
        return seen.Values.DefaultIfEmpty(0).Max();
    }

    private static IEnumerable<IReadOnlyList<ImportRow>> Shares(IReadOnlyList<ImportRow> file) =>
        file.GroupBy(row => StableHash.Of(row.Email) % Sessions).Select(share => share.ToList());

    // A statement cannot change one row twice: the second row of an address goes into the next statement.
    private static IEnumerable<IReadOnlyList<ImportRow>> Batches(IReadOnlyList<ImportRow> rows)
    {
        var (batch, addresses, later) = (new List<ImportRow>(), new HashSet<string>(StringComparer.Ordinal), new List<ImportRow>());
        foreach (var row in rows)
        {
            if (addresses.Add(row.Email)) batch.Add(row);
            else later.Add(row);
            if (batch.Count < RowsAStatement) continue;
            yield return batch;
            (batch, addresses) = ([], new(StringComparer.Ordinal));
            foreach (var waiting in later.ToList().Where(waiting => addresses.Add(waiting.Email)))
            {
                batch.Add(waiting);
                later.Remove(waiting);
            }
        }

        if (batch.Count > 0) yield return batch;
        if (later.Count == 0) yield break;
        foreach (var rest in Batches(later)) yield return rest;
    }

    private static IReadOnlyList<object?> Columns(IReadOnlyList<ImportRow> rows)
    {
        var values = rows.Select(Values).ToList();
        return [.. Enumerable.Range(0, values[0].Count).Select(column => (object)values.Select(row => (string?)row[column]).ToArray())];
    }

    private static IReadOnlyList<object?> Values(ImportRow row) =>
        [row.Email, row.Name, row.Phone, row.Company, row.Position, row.Source, JsonSerializer.Serialize(row.Tags), row.CustomFields];

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string statement, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 0 };
        foreach (var argument in arguments)
        {
            command.Parameters.Add(argument is null
                ? new() { Value = DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }
                : new NpgsqlParameter { Value = argument });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
