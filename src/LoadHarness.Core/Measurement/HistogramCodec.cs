using System.Buffers.Binary;
using System.IO.Compression;
using HdrHistogram;
using HdrHistogram.Utilities;

namespace LoadHarness.Core.Measurement;

/// <summary>HdrHistogram's V2 compressed form. Written here because the library's writer needs some 600 kB for each second of a run; read by the library.</summary>
internal static class HistogramCodec
{
    // From HdrHistogram's AbstractHistogram: V2EncodingCookieBase and V2CompressedEncodingCookieBase with the word size bit.
    private const int Cookie = 0x1c849303 | 0x10;
    private const int CompressedCookie = 0x1c849304 | 0x10;
    private const int HeaderBytes = 40;

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

    public static LatencyHistogram Decode(string base64)
    {
        HistogramBase read;
        try
        {
            read = HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(Convert.FromBase64String(base64)), 0);
        }
        catch (Exception e) when (e is not FormatException and not OutOfMemoryException)
        {
            throw new FormatException("The text is not an encoded HdrHistogram: take it from a run.json or .hgrm file that is whole.", e);
        }

        var histogram = new LatencyHistogram();
        foreach (var value in read.RecordedValues()) histogram.RecordNanoseconds(value.ValueIteratedTo, value.CountAtValueIteratedTo);
        return histogram;
    }

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
