using LoadHarness.Core.Measurement;

namespace LoadHarness.Postgres.Observation;

/// <summary>
/// Snapshots of a whole run, bounded: when there are too many, every second one is dropped. Rates are made of what is left at the end, so
/// they stay exact, over a longer time.
/// </summary>
internal sealed class SampleSeries(int most = SampleSeries.Most)
{
    /// <summary>Two hours at one a second.</summary>
    public const int Most = 7_200;

    private readonly List<Taken> _taken = [];
    private int _stretch;

    /// <summary>The newest sample; null before the second snapshot of a stretch.</summary>
    public DatabaseSample? Latest { get; private set; }

    public bool WasThinned { get; private set; }

    public void Add(ActivitySnapshot snapshot, string? scenario, string? phase)
    {
        if (_taken.Count > 0 && _taken[^1] is var before && before.Stretch == _stretch
            && snapshot.Since(before.Snapshot, scenario, phase) is { } sample) Latest = sample;
        _taken.Add(new(snapshot, scenario, phase, _stretch));
        if (_taken.Count > most) Thin();
    }

    /// <summary>What lies between the last snapshot and the next one is not looked at.</summary>
    public void Break() => _stretch++;

    public IReadOnlyList<DatabaseSample> Samples() =>
    [
        .. _taken.Zip(_taken.Skip(1))
            .Where(pair => pair.First.Stretch == pair.Second.Stretch)
            .Select(pair => pair.Second.Snapshot.Since(pair.First.Snapshot, pair.Second.Scenario, pair.Second.Phase))
            .OfType<DatabaseSample>(),
    ];

    private void Thin()
    {
        var kept = _taken.Where((_, index) => index % 2 == 0).ToList();
        _taken.Clear();
        _taken.AddRange(kept);
        WasThinned = true;
    }

    private sealed record Taken(ActivitySnapshot Snapshot, string? Scenario, string? Phase, int Stretch);
}
