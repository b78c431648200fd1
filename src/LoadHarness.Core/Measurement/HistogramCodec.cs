using System.Buffers.Binary;
using System.IO.Compression;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// HdrHistogram's V2 compressed form. Written and read here: the library needs some 600 kB to write and 270 kB to read each second of a
/// run, and believes whatever size a damaged text asks for.
/// </summary>
internal static class HistogramCodec
{
    // From HdrHistogram's AbstractHistogram: V2EncodingCookieBase and V2CompressedEncodingCookieBase with the word size bit.
    private const int Cookie = 0x1c849303 | 0x10;
    private const int CompressedCookie = 0x1c849304 | 0x10;
    private const int HeaderBytes = 40;

    /// <summary>A million requests a second for eleven days; sums of it cannot overflow.</summary>
    private const long MostInBucket = 1_000_000_000_000;

    private static int BucketCount => HistogramBuckets.Pages * HistogramBuckets.PageSize;

    public static string Encode(LatencyHistogram histogram)
    {
        using var payload = new MemoryStream();
        payload.Write(new byte[HeaderBytes]);
        WriteCounts(histogram, payload);
        var plain = payload.GetBuffer().AsSpan(0, (int)payload.Length);
        WriteHeader(plain);

        using var output = new MemoryStream();
        output.Write(new byte[8]);
        using (var zlib = new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(plain);
        var bytes = output.GetBuffer().AsSpan(0, (int)output.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes, CompressedCookie);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], bytes.Length - 8);
        return Convert.ToBase64String(bytes);
    }

    /// <exception cref="FormatException">
    /// The text is not a histogram of this layout. However it is made, reading it takes no more memory than a good one.
    /// </exception>
    public static LatencyHistogram Decode(string base64)
    {
        var histogram = new LatencyHistogram();
        foreach (var (index, count) in Read(base64)) histogram.RecordNanoseconds(HistogramBuckets.MiddleOf(index), count);
        return histogram;
    }

    /// <summary>How many samples it holds, without building it.</summary>
    /// <exception cref="FormatException">As for <see cref="Decode"/>.</exception>
    public static long CountOf(string base64) => Read(base64).Sum(entry => entry.Count);

    /// <summary>Every bucket that holds something, shortest first, without building the histogram.</summary>
    /// <exception cref="FormatException">As for <see cref="Decode"/>.</exception>
    public static IEnumerable<(int Index, long Count)> Read(string base64)
    {
        var bytes = Convert.FromBase64String(base64);
        if (bytes.Length < 8 || BinaryPrimitives.ReadInt32BigEndian(bytes) != CompressedCookie)
            throw Unreadable("it does not begin like one");
        using var zlib = new BufferedStream(new ZLibStream(new MemoryStream(bytes, 8, bytes.Length - 8), CompressionMode.Decompress));
        RequireHeader(Filled(zlib, HeaderBytes));
        var index = 0;
        while (Next(zlib) is { } value)
        {
            if (value < 0)
            {
                if (value < -BucketCount) throw Unreadable("it skips beyond the longest duration");
                index -= (int)value;
                continue;
            }

            if (index >= BucketCount) throw Unreadable("it counts beyond the longest duration");
            if (value > MostInBucket) throw Unreadable("a bucket holds more than can have been measured");
            if (value > 0) yield return (index, value);
            index++;
        }
    }

    private static void RequireHeader(byte[] header)
    {
        if (BinaryPrimitives.ReadInt32BigEndian(header) != Cookie
            || BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(12)) != HistogramBuckets.SignificantDigits
            || BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(16)) != 1
            || BinaryPrimitives.ReadInt64BigEndian(header.AsSpan(24)) != HistogramBuckets.Longest)
            throw Unreadable("its buckets are not those of 1 ns to 1 h at three digits");
    }

    private static byte[] Filled(Stream stream, int length)
    {
        var bytes = new byte[length];
        try
        {
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception cut) when (cut is EndOfStreamException or InvalidDataException)
        {
            throw Unreadable("it is cut off or damaged", cut);
        }
    }

    /// <returns>Null at the end.</returns>
    private static long? Next(Stream stream)
    {
        var value = 0UL;
        for (var i = 0; i < 9; i++)
        {
            var part = ReadByte(stream);
            if (part < 0) return i == 0 ? null : throw Unreadable("it is cut off");
            value |= (i == 8 ? (ulong)part : (ulong)part & 0x7f) << (7 * i);
            if (i == 8 || part < 0x80) break;
        }

        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static int ReadByte(Stream stream)
    {
        try
        {
            return stream.ReadByte();
        }
        catch (InvalidDataException damaged)
        {
            throw Unreadable("it is damaged", damaged);
        }
    }

    private static FormatException Unreadable(string why, Exception? inner = null) =>
        new($"The text is not an encoded HdrHistogram: {why}. Take it from a run.json or .hgrm file that is whole.", inner);

    private static void WriteHeader(Span<byte> plain)
    {
        BinaryPrimitives.WriteInt32BigEndian(plain, Cookie);
        BinaryPrimitives.WriteInt32BigEndian(plain[4..], plain.Length - HeaderBytes);
        BinaryPrimitives.WriteInt32BigEndian(plain[12..], HistogramBuckets.SignificantDigits);
        BinaryPrimitives.WriteInt64BigEndian(plain[16..], 1);
        BinaryPrimitives.WriteInt64BigEndian(plain[24..], HistogramBuckets.Longest);
        BinaryPrimitives.WriteDoubleBigEndian(plain[32..], 1);
    }

    private static void WriteCounts(LatencyHistogram histogram, Stream stream)
    {
        var next = 0;
        foreach (var (index, count) in histogram.IndexedCounts())
        {
            if (index > next) WriteZigZag(stream, next - index);
            WriteZigZag(stream, count);
            next = index + 1;
        }
    }

    // ZigZag, then seven bits a byte, least first; the ninth byte, if it comes to that, carries eight.
    private static void WriteZigZag(Stream stream, long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (var i = 0; i < 8 && rest >= 0x80; i++, rest >>= 7) stream.WriteByte((byte)(rest | 0x80));
        stream.WriteByte((byte)rest);
    }
}
