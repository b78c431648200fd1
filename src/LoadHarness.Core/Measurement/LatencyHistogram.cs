using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// Durations at three significant digits, from 1 ns to 1 h; longer ones count as 1 h. Memory is flat however many are recorded: 8 kB for
/// each power of two in use. Every figure is the middle of its bucket, within 0.05% of the exact value.
/// Not safe for concurrent writers: keep one for each worker and <see cref="Add"/> them.
/// </summary>
public sealed class LatencyHistogram
{
    private static readonly int LastBucket = HistogramBuckets.IndexOf(HistogramBuckets.Longest);

    private readonly long[]?[] _pages = new long[]?[HistogramBuckets.Pages];

    public long Count { get; private set; }

    public TimeSpan Minimum => FromNanoseconds(Counts().Select(c => c.Nanoseconds).FirstOrDefault());

    public TimeSpan Maximum => FromNanoseconds(NanosecondsAtPercentile(100));

    /// <summary>Whether one took an hour or longer: by how much is not known.</summary>
    public bool ReachesLongest => _pages[LastBucket >> HistogramBuckets.PageBits]?[LastBucket & HistogramBuckets.PageMask] > 0;

    public TimeSpan Mean => FromNanoseconds((long)MeanNanoseconds);

    /// <summary>Of the whole population recorded, not the estimate from a sample.</summary>
    public TimeSpan StandardDeviation
    {
        get
        {
            var mean = MeanNanoseconds;
            return FromNanoseconds((long)Math.Sqrt(MeanOf(c => (c - mean) * (c - mean))));
        }
    }

    private double MeanNanoseconds => MeanOf(c => c);

    public void Record(TimeSpan duration) => RecordNanoseconds(duration.Ticks * TimeSpan.NanosecondsPerTick);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RecordNanoseconds(long nanoseconds) => RecordNanoseconds(nanoseconds, 1);

    public void RecordNanoseconds(long nanoseconds, long count)
    {
        var index = HistogramBuckets.IndexOf(Math.Clamp(nanoseconds, 1, HistogramBuckets.Longest));
        PageOf(index)[index & HistogramBuckets.PageMask] += count;
        Count += count;
    }

    /// <summary>The value at or below which the given share of the samples lies (nearest rank). Zero when empty.</summary>
    /// <param name="percentile">0 to 100.</param>
    public TimeSpan Percentile(double percentile) => FromNanoseconds(NanosecondsAtPercentile(percentile));

    /// <summary>
    /// As <see cref="Percentile"/>; null when fewer samples than one lie beyond it, so that it would be no more than the longest.
    /// </summary>
    /// <param name="beyond">So many more samples are longer than all that are recorded: a percentile among them is null, too.</param>
    public TimeSpan? PercentileWithin(double percentile, long beyond = 0)
    {
        var all = Count + beyond;
        var rank = RankOf(percentile, all);
        return rank > Count || all * (100 - percentile) / 100 < 1 - 1e-6 ? null : AtRank(rank);
    }

    /// <summary>As <see cref="Percentile"/>, below the 100 ns that a <see cref="TimeSpan"/> resolves.</summary>
    public long NanosecondsAtPercentile(double percentile) => NanosecondsAtRank(RankOf(percentile, Count));

    /// <summary>The sample that so many are at most as long as, itself among them. Zero when there are fewer.</summary>
    internal TimeSpan AtRank(long rank) => FromNanoseconds(NanosecondsAtRank(rank));

    internal long NanosecondsAtRank(long rank)
    {
        var seen = 0L;
        foreach (var (nanoseconds, count) in Counts())
        {
            seen += count;
            if (seen >= rank) return nanoseconds;
        }

        return 0;
    }

    public void Add(LatencyHistogram other)
    {
        for (var page = 0; page < _pages.Length; page++)
        {
            if (other._pages[page] is not { } added) continue;
            var counts = _pages[page] ??= new long[HistogramBuckets.PageSize];
            for (var i = 0; i < counts.Length; i++) counts[i] += added[i];
        }

        Count += other.Count;
    }

    public void Reset()
    {
        foreach (var page in _pages)
            if (page is not null)
                Array.Clear(page);
        Count = 0;
    }

    /// <summary>HdrHistogram's V2 compressed form in Base64, as in <c>.hgrm</c> tools and <c>run.json</c>.</summary>
    public string Encode() => HistogramCodec.Encode(this);

    /// <exception cref="FormatException">The text is not an encoded histogram.</exception>
    public static LatencyHistogram Decode(string base64) => HistogramCodec.Decode(base64);

    /// <summary>The sum of encoded histograms; empty where there is none.</summary>
    /// <exception cref="FormatException">One of the texts is not an encoded histogram.</exception>
    public static LatencyHistogram DecodeAll(IEnumerable<string> base64)
    {
        var sum = new LatencyHistogram();
        foreach (var one in base64) sum.Add(Decode(one));
        return sum;
    }

    /// <summary>Every bucket that holds something, shortest first, by its middle.</summary>
    public IEnumerable<(long Nanoseconds, long Count)> Counts() =>
        IndexedCounts().Select(c => (HistogramBuckets.MiddleOf(c.Index), c.Count));

    internal IEnumerable<(int Index, long Count)> IndexedCounts()
    {
        for (var page = 0; page < _pages.Length; page++)
        {
            if (_pages[page] is not { } counts) continue;
            for (var i = 0; i < counts.Length; i++)
                if (counts[i] != 0)
                    yield return ((page << HistogramBuckets.PageBits) + i, counts[i]);
        }
    }

    private long[] PageOf(int index) => _pages[index >> HistogramBuckets.PageBits] ??= new long[HistogramBuckets.PageSize];

    private static long RankOf(double percentile, long count)
    {
        Debug.Assert(percentile is >= 0 and <= 100, "A percentile is a share of 100.");
        var exact = percentile * count / 100;
        var whole = Math.Round(exact);
        // 99.9% of 10,000 is 9,990.000000000002 in binary: without this it would be rank 9,991.
        return Math.Max(1, (long)(Math.Abs(exact - whole) < 1e-6 ? whole : Math.Ceiling(exact)));
    }

    private double MeanOf(Func<double, double> value) => Count == 0 ? 0 : Counts().Sum(c => value(c.Nanoseconds) * c.Count) / Count;

    private static TimeSpan FromNanoseconds(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
