using System.Runtime.CompilerServices;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Postgres.Seeding.Rows;

/// <summary>
/// The random numbers of one field: a pure function of seed, table, field and row, so that workers, chunks and resuming never change a
/// value.
/// </summary>
/// <remarks>splitmix64 (Steele, Lea, Flood 2014) used as a counter-based generator: the field is the stream, the row the counter.</remarks>
internal readonly struct FieldDraw
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    private readonly ulong _stream;

    private FieldDraw(ulong stream) => _stream = stream;

    public static FieldDraw Of(ulong seed, string table, string field) =>
        new(Mix(seed ^ StableHash.Of(table)) ^ Mix(StableHash.Of(field) + Gamma));

    public ulong At(long row) => Mix(_stream + ((ulong)row * Gamma));

    /// <summary>The item-th number of a row that needs several.</summary>
    public ulong At(long row, int item) => Mix(At(row) + ((ulong)(item + 1) * Gamma));

    public uint Below(long row, uint bound) => Below(At(row), bound);

    public bool Chance(long row, uint perThousand) => Below(At(row), 1000) < perThousand;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, bound), from the high half of a draw.</summary>
    public static uint Below(ulong draw, uint bound) => (uint)(((draw >> 32) * bound) >> 32);
}
