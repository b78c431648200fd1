using LoadHarness.Core.Statistics;

namespace LoadHarness.Comparing.Times;

/// <summary>
/// The new pairs of a scenario up to a look. One in which the machine stood still has too few calls for its figures, and a figure that
/// one pair lacks is left out for good: such a pair is taken again. Only one that both arms lost counts as such, and none in which calls
/// failed: what one arm alone has is a difference between the arms.
/// </summary>
/// <param name="wanted">So many are missing.</param>
internal sealed class FreshPairs(ScenarioPairs pairs, int wanted)
{
    /// <summary>
    /// Of a scenario in a comparison. A machine that stands still more often is none to compare on, and what has no figure is said.
    /// </summary>
    public const int MostTakenAgain = 4;

    private readonly List<(Slot A, Slot B)> _fresh = [];

    public string Scenario => pairs.Scenario;

    public int Missing => wanted - _fresh.Count;

    /// <summary>Of these new pairs.</summary>
    public int TakenAgain { get; private set; }

    /// <summary>Of the next pair, from 0; one that is taken again has a number of its own, and with it other arguments.</summary>
    public int Number => pairs.Count + pairs.TakenAgain + _fresh.Count;

    /// <summary>Hands all of them to the scenario's pairs when none is missing any more.</summary>
    public void Add(Slot a, Slot b)
    {
        _fresh.Add((a, b));
        if (Missing > 0) return;
        var disturbed = Disturbed().Take(MostTakenAgain - pairs.TakenAgain).ToHashSet();
        TakenAgain += disturbed.Count;
        pairs.TakenAgain += disturbed.Count;
        _fresh.RemoveAll(disturbed.Contains);
        if (Missing > 0) return;
        foreach (var (onA, onB) in _fresh) pairs.Add(onA, onB);
    }

    private List<(Slot A, Slot B)> Disturbed()
    {
        var figures = _fresh.ToDictionary(pair => pair, pair => pair.A.Metrics.Keys.Intersect(pair.B.Metrics.Keys).ToHashSet());
        var usual = figures.Values.SelectMany(had => had).CountBy(metric => metric)
            .Where(counted => 2 * counted.Value > wanted).Select(counted => counted.Key).ToList();
        var (callsA, callsB) = (Medians.Of(_fresh.Select(pair => (double)pair.A.CallCount)),
            Medians.Of(_fresh.Select(pair => (double)pair.B.CallCount)));
        return [.. _fresh.Where(pair => 2 * pair.A.CallCount < callsA && 2 * pair.B.CallCount < callsB
            && pair.A.Failed.Count + pair.B.Failed.Count == 0 && usual.Any(metric => !figures[pair].Contains(metric)))];
    }
}
