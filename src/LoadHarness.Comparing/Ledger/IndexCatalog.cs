using LoadHarness.Comparing.Counters;
using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Ledger;

/// <summary>Every index of the schema, a partitioned one once.</summary>
internal static class IndexCatalog
{
    public static async Task<IReadOnlyList<CatalogIndex>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var sizes = await IndexSizes.ReadAsync(admin, cancellationToken);
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            ProgramSql.Of("index-catalog"),
            row => new CatalogIndex(
                row.GetString(0), row.GetString(1), row.GetString(2), sizes.GetValueOrDefault(row.GetString(0)),
                row.GetFieldValue<string[]>(3), row.GetFieldValue<string[]>(4))
            {
                PlanNames = [.. row.GetFieldValue<string[]>(5).Select(PlanNodes.WithoutPartition).Distinct()],
            },
            cancellationToken);
    }
}
