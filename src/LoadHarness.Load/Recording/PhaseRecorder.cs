using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Recording;

/// <summary>Everything that one phase of one scenario records. The measured phase has another one than the warm-up.</summary>
internal sealed class PhaseRecorder
{
    private const int MostStripes = 8;
    private readonly Stripe[] _stripes;
    private readonly SecondSeries _series;
    private readonly Instant _start;
    private readonly List<long> _offered = [];
    private readonly List<long> _skippedAt = [];
    private readonly List<int> _inFlightAt = [];
    private readonly Lock _counts = new();

    public PhaseRecorder(int operations, Instant start)
    {
        _start = start;
        _series = new SecondSeries(operations);
        _stripes = [.. Enumerable.Range(0, MostStripes).Select(_ => new Stripe(_series))];
        Scheduled = new long[operations];
        Skipped = new long[operations];
    }

    /// <summary>By operation. Written under the lock of <see cref="Offer"/>.</summary>
    public long[] Scheduled { get; }

    public long[] Skipped { get; }

    public IReadOnlyList<OperationSamples> Totals => _series.Totals;

    /// <inheritdoc cref="SecondSeries.Latest"/>
    public LatencyHistogram Latest => _series.Latest;

    /// <inheritdoc cref="SecondSeries.Stretches"/>
    public IReadOnlyList<IReadOnlyList<OperationStretch>> Stretches => _series.Stretches;

    /// <inheritdoc cref="SecondSeries.LostStepNames"/>
    public IReadOnlyList<bool> LostStepNames => _series.LostStepNames;

    /// <summary>Of the last completion; the start of the phase when there was none.</summary>
    public Instant LastEnd => Instant.Later(_start, _stripes.Max(s => s.LastEnd));

    /// <inheritdoc cref="Stripe.Longest"/>
    public long Longest => _stripes.Max(s => s.Longest);

    public bool Record(int user, int operation, Instant intended, Instant started, Instant ended, Reply reply) =>
        _stripes[user & (MostStripes - 1)].Record(operation, SecondOf(ended), intended, started, ended, reply);

    public void RecordStep(int user, int operation, string name, long nanoseconds) =>
        _stripes[user & (MostStripes - 1)].RecordStep(operation, name, nanoseconds);

    public void Offer(int operation, Instant intended)
    {
        lock (_counts)
        {
            Scheduled[operation]++;
            Count(_offered, SecondOf(intended));
        }
    }

    public void Skip(int operation, Instant at)
    {
        lock (_counts)
        {
            Skipped[operation]++;
            Count(_skippedAt, SecondOf(at));
        }
    }

    /// <summary>Seals the seconds before the given one.</summary>
    public void Seal(int before, int inFlight)
    {
        foreach (var stripe in _stripes) stripe.Advance(before);
        _series.Seal(before);
        lock (_counts)
            while (_inFlightAt.Count < before)
                _inFlightAt.Add(inFlight);
    }

    /// <summary>Records nothing more. What ends later was never answered in time.</summary>
    public void Shut()
    {
        foreach (var stripe in _stripes) stripe.Close();
    }

    public void Close()
    {
        Shut();
        var seconds = _series.SealRest();
        _series.Seal(Math.Max(seconds, Math.Max(_offered.Count, _skippedAt.Count)));
    }

    /// <summary>Everything that was sealed. Of a long phase each sample is of several seconds.</summary>
    /// <param name="offersNothing">The closed model without a pace: responses decide when the next request comes.</param>
    /// <param name="hasLag">False where a request starts whenever it starts.</param>
    public IReadOnlyList<SecondSample> Timeline(bool offersNothing, bool hasLag)
    {
        var (width, all) = (_series.Times.Seconds, _series.Sealed.Count);
        var times = _series.Times.Closed.ToDictionary(stretch => stretch.Second, stretch => stretch.Buckets);
        return [.. Enumerable.Range(0, (all + width - 1) / width).Select(index => index * width).Select(second => LongSamples.Together(
            [.. Enumerable.Range(second, Math.Min(width, all - second)).Select(each => Counts(each, offersNothing, hasLag))],
            times.TryGetValue(second, out var buckets) ? LatencyHistogram.Decode(buckets) : new()))];
    }

    /// <summary>A sealed second without its response times.</summary>
    public SecondSample Counts(int second, bool offersNothing, bool hasLag)
    {
        var s = _series.Sealed[second];
        lock (_counts)
            return new SecondSample(
                second,
                offersNothing ? null : At(_offered, second),
                s.Completed,
                s.Failed,
                At(_skippedAt, second),
                second < _inFlightAt.Count ? _inFlightAt[second] : 0,
                TimeSpan.Zero,
                TimeSpan.Zero,
                TimeSpan.Zero,
                hasLag ? s.LagP99 : null,
                null);
    }

    public int SecondOf(Instant at) => (int)(Math.Max(0, at - _start) / 1_000_000_000);

    private static long At(List<long> counts, int second) => second < counts.Count ? counts[second] : 0;

    private static void Count(List<long> counts, int second)
    {
        while (counts.Count <= second) counts.Add(0);
        counts[second]++;
    }
}
