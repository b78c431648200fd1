using LoadHarness.Core.Statistics;

namespace LoadHarness.Seeding.Rows;

/// <summary>
/// The random numbers of one field: a pure function of seed, table, field and row, so that workers, chunks and resuming never change a
/// value.
/// </summary>
/// <remarks>splitmix64 (Steele, Lea, Flood 2014) used as a counter-based generator: the field is the stream, the row the counter.</remarks>
internal readonly struct FieldDraw
{
    private readonly ulong _stream;

    private FieldDraw(ulong stream) => _stream = stream;

    public static FieldDraw Of(ulong seed, string table, string field) =>
        new(SplitMix64.Mix(seed ^ StableHash.Of(table)) ^ SplitMix64.Mix(StableHash.Of(field) + SplitMix64.Gamma));

    public ulong At(long row) => SplitMix64.Mix(_stream + ((ulong)row * SplitMix64.Gamma));

    /// <summary>The item-th number of a row that needs several.</summary>
    public ulong At(long row, int item) => SplitMix64.Mix(At(row) + ((ulong)(item + 1) * SplitMix64.Gamma));

    public uint Below(long row, uint bound) => Below(At(row), bound);

    public bool Chance(long row, uint perThousand) => Below(At(row), 1000) < perThousand;

    /// <summary>Uniform in [0, bound), from the high half of a draw.</summary>
    public static uint Below(ulong draw, uint bound) => (uint)(((draw >> 32) * bound) >> 32);
}
