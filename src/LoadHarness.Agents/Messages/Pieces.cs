using System.IO.Compression;
using LoadHarness.Core;

namespace LoadHarness.Agents.Messages;

/// <summary>A large message in pieces that a broker takes, and whole again.</summary>
internal static class Pieces
{
    /// <summary>Of one piece; Base64 makes a third more of it.</summary>
    public const int Size = 384 * 1024;

    /// <summary>What one generator measures is below, however long it did: samples of a long scenario are longer.</summary>
    public const int LargestWhole = 128 * 1024 * 1024;

    public const int Most = LargestWhole / Size;

    public static IReadOnlyList<byte[]> Cut(byte[] whole)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(whole);
        return [.. packed.ToArray().Chunk(Size)];
    }

    /// <exception cref="HarnessException">It is damaged, or would be larger than anything that is sent.</exception>
    public static byte[] Join(IEnumerable<byte[]> pieces, string from, int largest = LargestWhole)
    {
        try
        {
            using var packed = new MemoryStream();
            foreach (var piece in pieces) packed.Write(piece);
            packed.Position = 0;
            using var gzip = new GZipStream(packed, CompressionMode.Decompress);
            using var whole = new MemoryStream();
            var buffer = new byte[81_920];
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (whole.Length + read > largest)
                    throw new HarnessException($"{from} sent a result of more than {largest} bytes, which is not read.");
                whole.Write(buffer, 0, read);
            }

            return whole.ToArray();
        }
        catch (InvalidDataException damaged)
        {
            throw new HarnessException($"{from} sent a damaged result: {damaged.Message}");
        }
    }
}
