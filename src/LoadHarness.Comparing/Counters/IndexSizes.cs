using LoadHarness.Core.Comparing;
using LoadHarness.Postgres;
using Npgsql;

namespace LoadHarness.Comparing.Counters;

/// <summary>Bytes of every index, those of a partitioned table summed under the parent's name.</summary>
internal static class IndexSizes
{
    private const double SmallestChange = 0.02;

    /// <summary>A block more or less says nothing.</summary>
    private const long Floor = 64 * 1024;

    public static async Task<IReadOnlyDictionary<string, long>> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken)
    {
        await using var connection = await admin.OpenConnectionAsync(cancellationToken);
        var rows = await connection.ListAsync(
            ProgramSql.Of("index-bytes"), row => (Name: row.GetString(0), Bytes: row.GetInt64(1)), cancellationToken);
        return rows.ToDictionary(row => row.Name, row => row.Bytes);
    }

    public static IReadOnlyList<IndexBytesChange> Compare(IReadOnlyDictionary<string, long> a, IReadOnlyDictionary<string, long> b) =>
    [
        .. a.Keys.Union(b.Keys).Order(StringComparer.Ordinal)
            .Select(name => new IndexBytesChange(name, Of(a, name), Of(b, name)))
            .Where(change => change.A is null || change.B is null
                || Math.Abs(change.B.Value - change.A.Value) > Math.Max(Floor, SmallestChange * change.A.Value)),
    ];

    private static long? Of(IReadOnlyDictionary<string, long> sizes, string name) => sizes.TryGetValue(name, out var bytes) ? bytes : null;
}
