using LoadHarness.Core.Comparing;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Comparing.Times;

/// <summary>The pairs of one scenario so far, metric by metric.</summary>
internal sealed class ScenarioPairs(string scenario)
{
    private readonly Dictionary<SlotMetric, List<(double A, double B)>> _pairs = [];
    private readonly Dictionary<SlotMetric, (int A, int B)> _had = [];
    private int _count;

    public string Scenario => scenario;

    public int Count => _count;

    /// <summary>Metrics that every slot had; one that a slot lacks has no pair there, and is left out for good.</summary>
    public IEnumerable<SlotMetric> Metrics => _pairs.Where(entry => entry.Value.Count == _count).Select(entry => entry.Key);

    public void Add(IReadOnlyDictionary<SlotMetric, double> a, IReadOnlyDictionary<SlotMetric, double> b)
    {
        _count++;
        foreach (var metric in a.Keys.Union(b.Keys))
        {
            var (onA, onB) = _had.GetValueOrDefault(metric);
            _had[metric] = (onA + (a.ContainsKey(metric) ? 1 : 0), onB + (b.ContainsKey(metric) ? 1 : 0));
        }

        foreach (var (metric, figure) in a.Where(entry => entry.Value > 0 && b.GetValueOrDefault(entry.Key) > 0))
        {
            if (!_pairs.TryGetValue(metric, out var pairs)) _pairs[metric] = pairs = [];
            pairs.Add((figure, b[metric]));
        }
    }

    /// <summary>
    /// Metrics that one arm had in nearly every slot and the other in nearly none, each a sentence: that arm may be too slow for them, so
    /// they never pass for the same. Around the fewest calls of a slot both arms have a metric by chance; what both lack is too rare.
    /// </summary>
    /// <param name="decided">Decided by earlier pairs.</param>
    public IEnumerable<string> OneSided(IReadOnlyCollection<SlotMetric> decided)
    {
        foreach (var (metric, (onA, onB)) in _had.Where(entry => !decided.Contains(entry.Key)))
        {
            if (!IsNearlyAll(Math.Max(onA, onB)) || !IsNearlyNone(Math.Min(onA, onB))) continue;
            var why = metric.Metric == SlotMetric.CpuOfRequest
                ? "used too little CPU in a slot to be read"
                : "had too few calls in a slot, or some that failed";
            yield return $"{metric.Operation} {metric.Metric}: A has a figure in {onA} of {_count} pairs, B in {onB}. "
                + $"{(onA < onB ? "A" : "B")} {why}.";
        }
    }

    public IReadOnlyList<double> LogRatios(SlotMetric metric) => [.. _pairs[metric].Select(pair => Math.Log(pair.B / pair.A))];

    /// <summary>ln(B/A) of the whole scenario in one pair: the median over its metrics.</summary>
    public double Shift(int pair) => Medians.Of(Metrics.Select(metric => Math.Log(_pairs[metric][pair].B / _pairs[metric][pair].A)));

    public ComparedTime Compared(SlotMetric metric, ComparedMetric look, double confidence) => new(
        metric.Operation, metric.Metric,
        Medians.Of(_pairs[metric].Select(pair => pair.A)), Medians.Of(_pairs[metric].Select(pair => pair.B)),
        look.Estimate.Ratio, look.Estimate.RatioInterval(confidence), look.Estimate.Pairs, look.Difference, null)
    {
        PairRatios = [.. _pairs[metric].Select(pair => pair.B / pair.A)],
    };

    // Where each slot has a metric by the toss of a coin, four pairs are one-sided by chance in 2 of 256 cases, more pairs less often.
    private bool IsNearlyAll(int slots) => 4 * slots > 3 * _count;

    private bool IsNearlyNone(int slots) => 4 * slots < _count;
}
