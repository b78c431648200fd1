using HdrHistogram;
using HdrHistogram.Utilities;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// Durations at three significant digits, from 1 ns to 1 h; longer ones count as 1 h. Memory is flat however many are recorded.
/// Not safe for concurrent writers: keep one for each worker and <see cref="Add"/> them.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SignificantDigits = 3;
    private static readonly long Longest = (long)TimeSpan.FromHours(1).TotalNanoseconds;
    private readonly LongHistogram _histogram;

    public LatencyHistogram()
        : this(new LongHistogram(1, Longest, SignificantDigits))
    {
    }

    private LatencyHistogram(LongHistogram histogram) => _histogram = histogram;

    public long Count => _histogram.TotalCount;

    public TimeSpan Minimum => Count == 0 ? TimeSpan.Zero : FromNanoseconds(_histogram.LowestEquivalentValue(_histogram.RecordedValues().First().ValueIteratedTo));

    public TimeSpan Maximum => Count == 0 ? TimeSpan.Zero : FromNanoseconds(_histogram.GetMaxValue());

    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : FromNanoseconds((long)_histogram.GetMean());

    /// <summary>Of the whole population recorded, not the estimate from a sample.</summary>
    public TimeSpan StandardDeviation => Count == 0 ? TimeSpan.Zero : FromNanoseconds((long)_histogram.GetStdDeviation());

    public void Record(TimeSpan duration) => RecordNanoseconds(duration.Ticks * 100);

    public void RecordNanoseconds(long nanoseconds) => _histogram.RecordValue(Math.Clamp(nanoseconds, 1, Longest));

    /// <summary>The value at or below which the given share of the samples lies. Zero when empty.</summary>
    /// <param name="percentile">0 to 100.</param>
    public TimeSpan Percentile(double percentile) =>
        Count == 0 ? TimeSpan.Zero : FromNanoseconds(_histogram.GetValueAtPercentile(percentile));

    public void Add(LatencyHistogram other) => _histogram.Add(other._histogram);

    public void Reset() => _histogram.Reset();

    /// <summary>HdrHistogram's V2 compressed form in Base64, as in <c>.hgrm</c> tools and <c>run.json</c>.</summary>
    public string Encode()
    {
        var bytes = new byte[_histogram.GetNeededByteBufferCapacity()];
        var length = _histogram.EncodeIntoCompressedByteBuffer(ByteBuffer.Allocate(bytes));
        return Convert.ToBase64String(bytes.AsSpan(0, length));
    }

    /// <exception cref="FormatException">The text is not an encoded histogram.</exception>
    public static LatencyHistogram Decode(string base64) =>
        new((LongHistogram)HistogramEncoding.DecodeFromCompressedByteBuffer(ByteBuffer.Allocate(Convert.FromBase64String(base64)), 0));

    private static TimeSpan FromNanoseconds(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
