using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Recording;

/// <summary>
/// Response times over time, of one operation or of all, in a bounded number of stretches. They are a second each at first; when they are
/// used up, neighbours are put together, and later ones are as long. Only encoded forms are kept, so a long scenario costs no more than a
/// short one.
/// </summary>
/// <param name="most">Stretches; an even number.</param>
/// <param name="mostText">Characters of their encoded forms, beyond which they are put together as well.</param>
internal sealed class StretchSeries(int most = OperationStretch.Most, int mostText = int.MaxValue)
{
    private readonly List<Stretch?> _closed = [];
    private readonly LatencyHistogram _open = new();
    private int _filled;
    private long _text;

    /// <summary>The length of each.</summary>
    public int Seconds { get; private set; } = 1;

    /// <summary>Those in which something completed.</summary>
    public IReadOnlyList<OperationStretch> Closed =>
    [
        .. _closed.Index().Where(stretch => stretch.Item is not null)
            .Select(stretch => new OperationStretch(stretch.Index * Seconds, Seconds, stretch.Item!.Count, stretch.Item.Encoded)),
    ];

    /// <summary>Takes the next second.</summary>
    public void Add(LatencyHistogram second)
    {
        if (second.Count > 0) _open.Add(second);
        if (++_filled < Seconds) return;
        // Then the open one is half of one of the new length.
        if (IsFull) Widen();
        else Close();
    }

    /// <summary>Keeps what the last, shorter stretch holds.</summary>
    public void End()
    {
        if (_open.Count == 0) return;
        if (_closed.Count == most) Widen();
        Close();
    }

    // Of an odd number the last would have no neighbour.
    private bool IsFull => _closed.Count == most || (_text > mostText && _closed.Count % 2 == 0);

    private void Close()
    {
        _closed.Add(_open.Count == 0 ? null : new(_open.Count, _open.Encode()));
        _text += _closed[^1]?.Encoded.Length ?? 0;
        _open.Reset();
        _filled = 0;
    }

    private void Widen()
    {
        var wider = _closed.Chunk(2).Select(pair => Together(pair[0], pair[^1])).ToList();
        _closed.Clear();
        _closed.AddRange(wider);
        _text = wider.Sum(stretch => (long)(stretch?.Encoded.Length ?? 0));
        Seconds *= 2;
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
