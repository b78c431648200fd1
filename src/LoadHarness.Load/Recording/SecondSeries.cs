using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Recording;

/// <summary>
/// The totals, and the seconds behind them. A second's histogram is kept only until the second is sealed; then its counts remain, and its
/// response times in a bounded number of encoded forms, so that a week costs little more than an hour.
/// </summary>
internal sealed class SecondSeries
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, OpenSecond> _open = [];
    private readonly Stack<OpenSecond> _spare = [];
    private readonly StretchSeries[] _stretches;
    private readonly LatencyHistogram _nothing = new();
    private readonly LatencyHistogram _latest = new();
    private readonly List<SealedSecond> _sealed = [];
    private readonly StepNames[] _stepNames;
    private readonly OperationSamples[] _totals;

    public SecondSeries(int operations)
    {
        _stepNames = [.. Enumerable.Range(0, operations).Select(_ => new StepNames())];
        _totals = NewSamples();
        _stretches = [.. Enumerable.Range(0, operations).Select(_ => new StretchSeries())];
    }

    public IReadOnlyList<OperationSamples> Totals => _totals;

    public IReadOnlyList<SealedSecond> Sealed => _sealed;

    /// <summary>Response times of all operations over time.</summary>
    public StretchSeries Times { get; } = new(SecondSample.Most, SecondSample.MostText);

    /// <summary>Response times of the second that was sealed last, for the thread that sealed it.</summary>
    public LatencyHistogram Latest => _latest;

    /// <summary>By operation: its response times over time.</summary>
    public IReadOnlyList<IReadOnlyList<OperationStretch>> Stretches => [.. _stretches.Select(stretches => stretches.Closed)];

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
            if (!_open.TryGetValue(at, out var open)) _open[at] = open = _spare.Count > 0 ? _spare.Pop() : new OpenSecond(_totals.Length);
            for (var i = 0; i < samples.Length; i++)
            {
                _totals[i].Add(samples[i]);
                open.Add(i, samples[i]);
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
                _sealed.Add(_open.Remove(second, out var open) ? SealAndReuse(open) : Empty());
            }
    }

    public int SealRest()
    {
        lock (_lock)
        {
            if (_open.Count > 0) Seal(_open.Keys.Max() + 1);
            foreach (var stretches in _stretches) stretches.End();
            Times.End();
            return _sealed.Count;
        }
    }

    // Seconds are used again: their histograms are the largest thing here.
    private SealedSecond SealAndReuse(OpenSecond open)
    {
        var sealedSecond = open.Seal(_stretches, _latest);
        Times.Add(_latest);
        open.Clear();
        _spare.Push(open);
        return sealedSecond;
    }

    private SealedSecond Empty()
    {
        foreach (var stretches in _stretches) stretches.Add(_nothing);
        _latest.Reset();
        Times.Add(_nothing);
        return default;
    }

    private sealed class OpenSecond(int operations)
    {
        private readonly LatencyHistogram[] _byOperation = [.. Enumerable.Range(0, operations).Select(_ => new LatencyHistogram())];
        private readonly LatencyHistogram _lag = new();
        private long _completed;
        private long _failed;

        public void Add(int operation, OperationSamples samples)
        {
            _completed += samples.Completed;
            _failed += samples.Failed;
            _byOperation[operation].Add(samples.Response);
            _byOperation[operation].Add(samples.OnTime);
            _lag.Add(samples.Lag);
            _lag.RecordNanoseconds(1, samples.OnTimeCount);
        }

        /// <param name="response">Takes the response times of all operations, and nothing else.</param>
        public SealedSecond Seal(StretchSeries[] stretches, LatencyHistogram response)
        {
            response.Reset();
            for (var i = 0; i < _byOperation.Length; i++)
            {
                response.Add(_byOperation[i]);
                stretches[i].Add(_byOperation[i]);
            }

            return new(_completed, _failed, _lag.Count == 0 ? null : _lag.Percentile(99));
        }

        public void Clear()
        {
            (_completed, _failed) = (0, 0);
            _lag.Reset();
            foreach (var histogram in _byOperation) histogram.Reset();
        }
    }
}

/// <summary>What is kept of each second by itself; that of an empty one is the default.</summary>
internal readonly record struct SealedSecond(long Completed, long Failed, TimeSpan? LagP99);
