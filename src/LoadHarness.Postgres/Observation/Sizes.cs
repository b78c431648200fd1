using LoadHarness.Core.Measurement;
using Npgsql;

namespace LoadHarness.Postgres.Observation;

/// <summary>Tables and indexes at one moment.</summary>
internal sealed record Sizes(IReadOnlyDictionary<string, RelationSize> Relations, IReadOnlyDictionary<string, IndexUse> Indexes)
{
    /// <summary>Indexes that a run keeps, the largest.</summary>
    public const int MostIndexes = 300;

    public static async Task<Sizes> ReadAsync(NpgsqlDataSource admin, CancellationToken cancellationToken) =>
        new(await RelationSizes.ReadAsync(admin, cancellationToken), await IndexSizes.ReadAsync(admin, cancellationToken));

    /// <returns>What there is later, with its growth and scans since, largest first, and how many indexes are left out.</returns>
    public (IReadOnlyList<RelationSize> Relations, IReadOnlyList<IndexUse> Indexes, int LeftOut) Until(Sizes later)
    {
        var relations = later.Relations.Values.Select(size => size with
        {
            BytesBefore = Relations.GetValueOrDefault(size.Relation)?.BytesAfter ?? 0,
        });
        var indexes = later.Indexes.Values.Select(index => Since(index, Indexes.GetValueOrDefault(index.Index)));
        return (
            [.. relations.OrderByDescending(size => size.BytesAfter)],
            [.. indexes.OrderByDescending(index => index.BytesAfter).Take(MostIndexes)],
            Math.Max(0, later.Indexes.Count - MostIndexes));
    }

    // Statistics that were reset in between begin again from nothing.
    private static IndexUse Since(IndexUse after, IndexUse? before) =>
        before is null ? after : after with
        {
            BytesBefore = before.BytesAfter,
            Scans = after.Scans >= before.Scans ? after.Scans - before.Scans : after.Scans,
        };
}
