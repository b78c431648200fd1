using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Workloads.Initial;

/// <summary>What a table's columns refer to: a row that is written must name one that is there.</summary>
/// <param name="Columns">Of the table.</param>
/// <param name="Target">The other table, ready for a statement.</param>
/// <param name="TargetColumns">In the order of <paramref name="Columns"/>.</param>
internal sealed record ForeignKey(IReadOnlyList<string> Columns, string Target, IReadOnlyList<string> TargetColumns, double TargetRows)
{
    /// <returns>Those of most columns first: they say the most about a row.</returns>
    public static async Task<IReadOnlyList<ForeignKey>> OfAsync(
        NpgsqlConnection connection, string table, CancellationToken cancellationToken) => await connection.ListAsync(
            ProgramSql.Of("foreign-keys"),
            row => new ForeignKey(
                row.GetFieldValue<string[]>(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetDouble(3)),
            cancellationToken, table);
}
