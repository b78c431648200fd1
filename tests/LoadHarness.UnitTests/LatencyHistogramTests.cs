using System.Buffers.Binary;
using System.IO.Compression;
using HdrHistogram;
using HdrHistogram.Utilities;
using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests;

public sealed class LatencyHistogramTests
{
    [Fact]
    public void An_encoded_histogram_decodes_to_the_same_percentiles()
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 10_000; i++) histogram.Record(TimeSpan.FromMicroseconds(i));

        var decoded = LatencyHistogram.Decode(histogram.Encode());

        Assert.Equal(histogram.Count, decoded.Count);
        Assert.Equal(histogram.Percentile(99.9), decoded.Percentile(99.9));
        Assert.Equal(LatencySummary.Of(histogram), LatencySummary.Of(decoded));
    }

    [Theory]
    [InlineData(50, 5_000)]
    [InlineData(99, 9_900)]
    public void A_percentile_is_within_a_thousandth_of_the_sorted_one(double percentile, int microseconds)
    {
        var histogram = new LatencyHistogram();
        for (var i = 1; i <= 10_000; i++) histogram.Record(TimeSpan.FromMicroseconds(i));

        var error = histogram.Percentile(percentile).TotalMicroseconds / microseconds - 1;

        Assert.InRange(error, -0.001, 0.001);
    }

    [Fact]
    public void The_encoded_form_is_the_one_of_the_HdrHistogram_library()
    {
        var ours = new LatencyHistogram();
        var library = new LongHistogram(1, 3_600_000_000_000, 3);
        for (var i = 1L; i < 3_600_000_000_000; i = (i * 5 / 4) + 1)
        {
            ours.RecordNanoseconds(i);
            library.RecordValue(i);
        }

        var read = HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(Convert.FromBase64String(ours.Encode())), 0);

        Assert.Equal(
            (library.LowestTrackableValue, library.HighestTrackableValue, library.NumberOfSignificantValueDigits, library.TotalCount),
            (read.LowestTrackableValue, read.HighestTrackableValue, read.NumberOfSignificantValueDigits, read.TotalCount));
        Assert.Equal(Recorded(library), Recorded(read));
        Assert.Equal(ours.Counts(), LatencyHistogram.Decode(ours.Encode()).Counts());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1L << 50, 1)]
    [InlineData(-1L << 50, 1)]
    [InlineData(-40_000, 1)]
    [InlineData(1, 200_000_000)]
    public void A_damaged_histogram_is_refused_at_once_whatever_it_asks_for(long value, int times)
    {
        using var packed = new MemoryStream();
        packed.Write(Convert.FromBase64String(new LatencyHistogram().Encode()).AsSpan(0, 8));
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            using var good = new ZLibStream(
                new MemoryStream(Convert.FromBase64String(new LatencyHistogram().Encode())[8..]), CompressionMode.Decompress);
            var header = new byte[40];
            good.ReadExactly(header);
            if (value == 0) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(12), 5);
            zlib.Write(header);
            var zigZag = Number((value << 1) ^ (value >> 63));
            var block = Enumerable.Repeat(zigZag, Math.Min(times, 1_000)).SelectMany(bytes => bytes).ToArray();
            for (var i = 0; i < times; i += 1_000) zlib.Write(block);
        }

        var text = Convert.ToBase64String(packed.ToArray());

        Assert.Throws<FormatException>(() => LatencyHistogram.Decode(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not Base64!")]
    public void A_text_that_is_no_histogram_is_refused(string text) => Assert.Throws<FormatException>(() => LatencyHistogram.Decode(text));

    private static IEnumerable<(long Value, long Count)> Recorded(HistogramBase histogram) =>
        histogram.RecordedValues().Select(step => (step.ValueIteratedTo, step.CountAtValueIteratedTo));

    private static byte[] Number(long zigZag)
    {
        var bytes = new List<byte>();
        var rest = (ulong)zigZag;
        for (; bytes.Count < 8 && rest >= 0x80; rest >>= 7) bytes.Add((byte)(rest | 0x80));
        bytes.Add((byte)rest);
        return [.. bytes];
    }
}
