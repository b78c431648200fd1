using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Bytes and scans of each index; the indexes of partitions are added to their parent's.</summary>
internal static class IndexSizes
{
    /// <returns>By name; bytes stand in <see cref="IndexUse.BytesAfter"/>, scans are those since the counters began.</returns>
    public static async Task<IReadOnlyDictionary<string, IndexUse>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var indexes = await admin.ListAsync(
            ProgramSql.Of("index-sizes-and-scans"),
            row => new IndexUse(row.GetString(0), row.GetString(1), 0, row.GetInt64(2), row.GetInt64(3)), cancellationToken);
        return indexes.ToDictionary(index => index.Index);
    }
}
