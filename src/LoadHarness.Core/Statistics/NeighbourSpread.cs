using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Statistics;

/// <summary>
/// By how many requests a share of them would differ from run to run. Neighbouring requests are alike: a server that stands still makes all
/// of them slow at once, so they say less than as many that know nothing of each other. The spread comes from the run itself, by batch
/// means: the stretches of an operation are put together into batches of equal length, and Student's t of the batches gives the half-width.
/// </summary>
internal sealed class NeighbourSpread
{
    /// <summary>
    /// Enough batches for Student's t to be narrow, few enough that a batch is longer than what ties neighbouring seconds together.
    /// </summary>
    private const int MostBatches = 15;

    /// <summary>Of fewer, the spread is a guess, and Student's t alone would widen an interval by more than a third.</summary>
    private const int FewestBatches = 6;

    /// <summary>So many requests on either side of the share in a batch, on average: fewer differ by chance more than by batch.</summary>
    private const int FewestInBatch = 5;

    private readonly IReadOnlyList<Stretch> _stretches;
    private readonly int _slots;

    /// <param name="stretches">Of one operation, all of the same length; one without a request may be missing.</param>
    public NeighbourSpread(IReadOnlyList<OperationStretch> stretches)
    {
        _stretches =
        [
            .. stretches.Select(stretch => new Stretch(
                stretch.Second / stretch.Seconds, stretch.Completed, [.. HistogramCodec.Read(stretch.Buckets)])),
        ];
        _slots = _stretches.Select(stretch => stretch.Slot + 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>Of the number of requests that take at most so long: 95%, to either side.</summary>
    /// <returns>0 where stretches or requests are too few to say.</returns>
    public double HalfWidth(long nanoseconds)
    {
        var longest = HistogramBuckets.IndexOf(nanoseconds);
        var counted = _stretches.Select(stretch => (stretch.Slot, stretch.Completed, Within: stretch.CountTo(longest))).ToList();
        var (completed, within) = (counted.Sum(one => one.Completed), counted.Sum(one => one.Within));
        var batches = (int)Math.Min(Math.Min(MostBatches, _slots), Math.Min(within, completed - within) / FewestInBatch);
        if (batches < FewestBatches) return 0;

        var share = (double)within / completed;
        var excess = new double[batches];
        foreach (var one in counted) excess[(long)one.Slot * batches / _slots] += one.Within - (share * one.Completed);
        var variance = batches / (batches - 1.0) * excess.Sum(one => one * one);
        return StudentT.UpperQuantile(Intervals.Tail, batches - 1) * Math.Sqrt(variance);
    }

    /// <param name="Slot">Its place among those of equal length.</param>
    private sealed record Stretch(int Slot, long Completed, IReadOnlyList<(int Index, long Count)> Counts)
    {
        public long CountTo(int index) => Counts.Where(bucket => bucket.Index <= index).Sum(bucket => bucket.Count);
    }
}
