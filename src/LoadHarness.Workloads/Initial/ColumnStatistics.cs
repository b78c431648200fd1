using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>What the planner knows of a column.</summary>
/// <param name="Table">Ready for a statement.</param>
/// <param name="Type">Short name of its type, of a domain that of its base type.</param>
/// <param name="CommonValues">The most common, as text; empty where none are.</param>
/// <param name="Bounds">Of the histogram, as text, in order; empty where there is none.</param>
/// <param name="IsKey">The first column of a unique index: no two rows share it.</param>
/// <param name="Rows">Of the table, estimated.</param>
/// <param name="IsSecured">By row security: a session may see few of its rows, and the statistics are of all.</param>
internal sealed record ColumnStatistics(
    string Table, string Column, string Type, IReadOnlyList<string> CommonValues, IReadOnlyList<double> CommonShares,
    IReadOnlyList<string> Bounds, bool IsKey, double Rows, bool IsSecured)
{
    /// <returns>Of the largest table that has such a column; null where none has.</returns>
    public static async Task<ColumnStatistics?> OfLargestAsync(
        NpgsqlConnection connection, string column, CancellationToken cancellationToken)
    {
        var table = await connection.ScalarAsync<string>(
            ProgramSql.Of("largest-table-with-column"), cancellationToken, column);
        return table is null ? null : await ReadAsync(connection, table, column, cancellationToken);
    }

    /// <returns>Null where the table has no such column.</returns>
    public static async Task<ColumnStatistics?> ReadAsync(
        NpgsqlConnection connection, string table, string column, CancellationToken cancellationToken)
    {
        var found = await connection.ListAsync(
            ProgramSql.Of("column-statistics"),
            row => new ColumnStatistics(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<double[]>(4),
                row.GetFieldValue<string[]>(5), row.GetBoolean(6), row.GetDouble(7), row.GetBoolean(8)),
            cancellationToken, table, column);
        return found.SingleOrDefault();
    }
}
