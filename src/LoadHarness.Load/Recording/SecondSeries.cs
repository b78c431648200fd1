using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Recording;

/// <summary>
/// The totals, and the seconds behind them. A second's histogram is kept only until the second is sealed; then some hundred bytes of its
/// encoded form remain, so that an hour costs little more than a minute.
/// </summary>
internal sealed class SecondSeries
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, OpenSecond> _open = [];
    private readonly List<SealedSecond> _sealed = [];
    private readonly StepNames[] _stepNames;
    private readonly OperationSamples[] _totals;

    public SecondSeries(int operations)
    {
        _stepNames = [.. Enumerable.Range(0, operations).Select(_ => new StepNames())];
        _totals = NewSamples();
    }

    public IReadOnlyList<OperationSamples> Totals => _totals;

    public IReadOnlyList<SealedSecond> Sealed => _sealed;

    /// <summary>By operation: whether some of its steps have lost their names.</summary>
    public IReadOnlyList<bool> LostStepNames => [.. _stepNames.Select(names => names.IsFull)];

    /// <summary>One for each operation.</summary>
    public OperationSamples[] NewSamples() => [.. _stepNames.Select(names => new OperationSamples(names))];

    public void Take(int second, OperationSamples[] samples)
    {
        lock (_lock)
        {
            // A straggler of a sealed second goes into the oldest open one: its sample is kept, its time is off by microseconds.
            var at = Math.Max(second, _sealed.Count);
            if (!_open.TryGetValue(at, out var open)) _open[at] = open = new OpenSecond();
            for (var i = 0; i < samples.Length; i++)
            {
                _totals[i].Add(samples[i]);
                open.Add(samples[i]);
            }
        }
    }

    /// <summary>Closes every second before the given one.</summary>
    public void Seal(int before)
    {
        lock (_lock)
            while (_sealed.Count < before)
            {
                var second = _sealed.Count;
                _sealed.Add(_open.Remove(second, out var open) ? open.Seal() : SealedSecond.Empty);
            }
    }

    public int SealRest()
    {
        lock (_lock)
        {
            if (_open.Count > 0) Seal(_open.Keys.Max() + 1);
            return _sealed.Count;
        }
    }

    private sealed class OpenSecond
    {
        private readonly LatencyHistogram _response = new();
        private readonly LatencyHistogram _lag = new();
        private long _completed;
        private long _failed;

        public void Add(OperationSamples samples)
        {
            _completed += samples.Completed;
            _failed += samples.Failed;
            _response.Add(samples.Response);
            _response.Add(samples.OnTime);
            _lag.Add(samples.Lag);
            _lag.RecordNanoseconds(1, samples.OnTimeCount);
        }

        public SealedSecond Seal() => new(
            _completed,
            _failed,
            _response.Percentile(50),
            _response.Percentile(95),
            _response.Percentile(99),
            _lag.Count == 0 ? null : _lag.Percentile(99),
            _response.Count == 0 ? null : _response.Encode());
    }
}

internal sealed record SealedSecond(
    long Completed, long Failed, TimeSpan P50, TimeSpan P95, TimeSpan P99, TimeSpan? LagP99, string? Encoded)
{
    public static SealedSecond Empty { get; } = new(0, 0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, null, null);
}
