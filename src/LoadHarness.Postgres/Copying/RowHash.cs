using System.Buffers.Binary;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Postgres.Copying;

/// <summary>64-bit hash of an encoded row. Summing it over rows gives a checksum that does not depend on their order.</summary>
public static class RowHash
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    public static ulong Of(ReadOnlySpan<byte> row)
    {
        var hash = First ^ (ulong)row.Length;
        while (row.Length >= 16)
        {
            hash = Fold(BinaryPrimitives.ReadUInt64LittleEndian(row) ^ Second, BinaryPrimitives.ReadUInt64LittleEndian(row[8..]) ^ hash);
            row = row[16..];
        }

        Span<byte> rest = stackalloc byte[16];
        rest.Clear();
        row.CopyTo(rest);
        return Fold(BinaryPrimitives.ReadUInt64LittleEndian(rest) ^ Second, BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]) ^ hash);
    }

    private static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return SplitMix64.Mix(high ^ low);
    }
}
