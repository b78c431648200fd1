using LoadHarness.Core;
using LoadHarness.Postgres;
using LoadHarness.Workloads.Format;
using Npgsql;

namespace LoadHarness.Workloads.Parameters;

/// <summary>Rows of a query, read once before the load, as the server writes them, and no more than are kept.</summary>
internal static class RowQuery
{
    public const int UsuallyMostRows = 100_000;

    private const int RowsAtOnce = 10_000;

    /// <exception cref="HarnessException">The server refuses it, or there is no row.</exception>
    public static async Task<RowSet> ReadAsync(
        NpgsqlConnection connection, string place, ParameterFile parameter, CancellationToken cancellationToken)
    {
        var most = parameter.MostRows ?? UsuallyMostRows;
        // A cursor: of a large table only what is kept is read.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            // A query in random order gives the same rows in each run. With the schema's name, so that workload init passes over it.
            await connection.ExecuteAsync("select pg_catalog.setseed(0)", cancellationToken);
            await connection.ExecuteAsync($"declare loadharness_rows no scroll cursor for {parameter.Sql}", cancellationToken);
            var rows = new List<string?[]>();
            var columns = new List<string>();
            var isCut = await FetchAsync(connection, most, columns, rows, cancellationToken);
            if (rows.Count == 0)
                throw new HarnessException($"{place}: the query returns no row. Fill the table, or change it.", ExitCode.BadUsage);
            return new(columns, rows, isCut);
        }
        catch (PostgresException refused)
        {
            throw new HarnessException($"{place}: the server refuses it: {refused.SqlState}: {refused.MessageText}. Correct it.",
                ExitCode.BadUsage);
        }
    }

    private static async Task<bool> FetchAsync(
        NpgsqlConnection connection, int most, List<string> columns, List<string?[]> rows, CancellationToken cancellationToken)
    {
        var characters = 0L;
        while (true)
        {
            // Of plain text, whatever the column: the statement that uses it says what it is to be.
            await using var fetch = new NpgsqlCommand($"fetch forward {RowsAtOnce} from loadharness_rows", connection)
            {
                AllResultTypesAreUnknown = true,
                // The first rows may take as long as the whole query.
                CommandTimeout = 0,
            };
            await using var reader = await fetch.ExecuteReaderAsync(cancellationToken);
            if (columns.Count == 0)
                for (var i = 0; i < reader.FieldCount; i++) columns.Add(reader.GetName(i));
            var came = 0;
            while (await reader.ReadAsync(cancellationToken))
            {
                came++;
                if (rows.Count == most || characters > CsvRows.MostCharacters) return true;
                var cells = new string?[columns.Count];
                for (var i = 0; i < cells.Length; i++) cells[i] = reader.IsDBNull(i) ? null : reader.GetString(i);
                characters += cells.Sum(cell => cell?.Length ?? 0);
                rows.Add(cells);
            }

            if (came < RowsAtOnce) return false;
        }
    }
}
