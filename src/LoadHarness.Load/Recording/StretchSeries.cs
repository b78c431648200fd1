using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Recording;

/// <summary>
/// One operation's response times over time, in a bounded number of stretches. They are a second each at first; when they are used up,
/// neighbours are put together, and later ones are as long. Only encoded forms are kept, so a long scenario costs no more than a short one.
/// </summary>
internal sealed class StretchSeries
{
    private readonly List<Stretch?> _closed = [];
    private readonly LatencyHistogram _open = new();
    private int _seconds = 1;
    private int _filled;

    /// <summary>Those in which something completed.</summary>
    public IReadOnlyList<OperationStretch> Closed =>
    [
        .. _closed.Index().Where(stretch => stretch.Item is not null)
            .Select(stretch => new OperationStretch(stretch.Index * _seconds, _seconds, stretch.Item!.Count, stretch.Item.Encoded)),
    ];

    /// <summary>Takes the next second.</summary>
    public void Add(LatencyHistogram second)
    {
        if (second.Count > 0) _open.Add(second);
        if (++_filled < _seconds) return;
        // Then the open one is half of one of the new length.
        if (_closed.Count == OperationStretch.Most) Widen();
        else Close();
    }

    /// <summary>Keeps what the last, shorter stretch holds.</summary>
    public void End()
    {
        if (_open.Count == 0) return;
        if (_closed.Count == OperationStretch.Most) Widen();
        Close();
    }

    private void Close()
    {
        _closed.Add(_open.Count == 0 ? null : new(_open.Count, _open.Encode()));
        _open.Reset();
        _filled = 0;
    }

    private void Widen()
    {
        var wider = _closed.Chunk(2).Select(pair => Together(pair[0], pair[^1])).ToList();
        _closed.Clear();
        _closed.AddRange(wider);
        _seconds *= 2;
    }

    private static Stretch? Together(Stretch? first, Stretch? second)
    {
        if (first is null || second is null) return first ?? second;
        var both = LatencyHistogram.Decode(first.Encoded);
        both.Add(LatencyHistogram.Decode(second.Encoded));
        return new(both.Count, both.Encode());
    }

    private sealed record Stretch(long Count, string Encoded);
}
