using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Bytes of each table and of its indexes together; partitions are added to their parent.</summary>
internal static class RelationSizes
{
    /// <returns>By name; the size stands in <see cref="RelationSize.BytesAfter"/>.</returns>
    public static async Task<IReadOnlyDictionary<string, RelationSize>> ReadAsync(
        NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<string, RelationSize>();
        var relations = await admin.ListAsync(
            ProgramSql.Of("relation-sizes"),
            row => (Name: row.GetString(0), Kind: row.GetString(1), Bytes: row.GetInt64(2), Indexes: row.GetInt64(3)),
            cancellationToken);
        foreach (var (name, kind, bytes, indexes) in relations)
        {
            sizes[name] = new(name, kind, 0, bytes);
            sizes[$"{name} (indexes)"] = new($"{name} (indexes)", "indexes", 0, indexes);
        }

        return sizes;
    }
}
