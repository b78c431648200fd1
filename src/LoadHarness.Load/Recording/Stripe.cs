using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Recording;

/// <summary>
/// One of several places to record in, so that concurrent iterations seldom meet. It holds the second that is running, and hands it over
/// when a sample of a later one comes, or when the series is sealed.
/// </summary>
internal sealed class Stripe(SecondSeries series)
{
    private readonly Lock _lock = new();
    private readonly OperationSamples[] _second = series.NewSamples();
    private bool _closed;
    private bool _empty = true;
    private int _current;
    private Instant _lastEnd;
    private long _longest;

    /// <summary>Of the last request that was answered well: a failure may have ended because somebody lost patience.</summary>
    public Instant LastEnd
    {
        get
        {
            lock (_lock) return _lastEnd;
        }
    }

    /// <summary>Nanoseconds of the longest iteration that was answered well, from its real start.</summary>
    public long Longest
    {
        get
        {
            lock (_lock) return _longest;
        }
    }

    /// <returns>False when the series is closed: the sample then counts as in flight.</returns>
    public bool Record(int operation, int second, Instant intended, Instant started, Instant ended, Reply reply)
    {
        lock (_lock)
        {
            if (_closed) return false;
            if (second > _current) HandOver(second);
            _second[operation].Record(intended, started, ended, reply);
            _empty = false;
            if (reply.IsError) return true;
            _lastEnd = Instant.Later(_lastEnd, ended);
            _longest = Math.Max(_longest, ended - started);
            return true;
        }
    }

    public void RecordStep(int operation, string name, long nanoseconds)
    {
        lock (_lock)
        {
            if (_closed) return;
            _second[operation].RecordStep(name, nanoseconds);
            _empty = false;
        }
    }

    /// <summary>Hands over what came before the second.</summary>
    public void Advance(int second)
    {
        lock (_lock)
            if (second > _current)
                HandOver(second);
    }

    public void Close()
    {
        lock (_lock)
        {
            HandOver(_current);
            _closed = true;
        }
    }

    private void HandOver(int next)
    {
        if (!_empty)
        {
            series.Take(_current, _second);
            foreach (var samples in _second) samples.Clear();
            _empty = true;
        }

        _current = next;
    }
}
