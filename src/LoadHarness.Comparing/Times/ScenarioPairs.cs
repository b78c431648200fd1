using LoadHarness.Core.Comparing;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Comparing.Times;

/// <summary>The pairs of one scenario so far, metric by metric.</summary>
internal sealed class ScenarioPairs(string scenario)
{
    private readonly Dictionary<SlotMetric, List<(double A, double B)>> _pairs = [];
    private readonly Dictionary<string, List<(double A, double B)>> _tails = [];
    private readonly OneSidedMetrics _sides = new();
    private int _count;

    public string Scenario => scenario;

    public int Count => _count;

    /// <summary>How many pairs were left out as disturbed, and taken again; see <see cref="FreshPairs"/>.</summary>
    public int TakenAgain { get; set; }

    /// <summary>Metrics that every slot had; one that a slot lacks has no pair there, and is left out for good.</summary>
    public IEnumerable<SlotMetric> Metrics => _pairs.Where(entry => entry.Value.Count == _count).Select(entry => entry.Key);

    public void Add(Slot a, Slot b)
    {
        // A server that is somebody's own may run on another machine: where one arm's cannot be read, CPU time is no metric of either.
        var hasCpu = a.HasCpu && b.HasCpu;
        Add(Readable(a.Metrics), Readable(b.Metrics));
        _sides.Add(a, b);
        var onB = b.P95;
        foreach (var (operation, figure) in a.P95.Where(entry => onB.ContainsKey(entry.Key)))
            ListOf(_tails, operation).Add((figure, onB[operation]));

        IReadOnlyDictionary<SlotMetric, double> Readable(IReadOnlyDictionary<SlotMetric, double> metrics) =>
            hasCpu ? metrics : metrics.Where(entry => entry.Key.Metric != SlotMetric.CpuOfRequest).ToDictionary();
    }

    public void Add(IReadOnlyDictionary<SlotMetric, double> a, IReadOnlyDictionary<SlotMetric, double> b)
    {
        _count++;
        _sides.Add(a.Keys, b.Keys);
        foreach (var (metric, figure) in a.Where(entry => entry.Value > 0 && b.GetValueOrDefault(entry.Key) > 0))
        {
            ListOf(_pairs, metric).Add((figure, b[metric]));
        }
    }

    /// <inheritdoc cref="OneSidedMetrics.Find"/>
    public IEnumerable<string> OneSided(IReadOnlyCollection<SlotMetric> decided) => _sides.Find(_count, decided);

    /// <summary>
    /// What is no pass, each a sentence: what <see cref="OneSided"/> finds; where that is nothing and no operation was compared, that none
    /// was. A machine that stands still for one slot leaves it without a figure.
    /// </summary>
    /// <param name="decided">By looks.</param>
    public IReadOnlyList<string> NotCompared(IReadOnlyCollection<SlotMetric> decided)
    {
        IReadOnlyList<string> oneSided = [.. OneSided(decided)];
        return oneSided.Count > 0 || decided.Any(IsOfOperation)
            ? oneSided
            :
            [
                $"{scenario}: no operation has a figure in each of {_count} pairs. Too few calls were answered in a slot: give a longer "
                    + "--slot, or a machine that does nothing else.",
            ];

        bool IsOfOperation(SlotMetric metric) =>
            metric.Metric == SlotMetric.Mean && metric.Operation.StartsWith($"{scenario}/", StringComparison.Ordinal);
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
        P95 = metric.Metric == SlotMetric.Mean ? TailOf(metric.Operation) : null,
    };

    private ComparedTail? TailOf(string operation) => _tails.GetValueOrDefault(operation) is { } pairs && pairs.Count == _count
        ? new(Medians.Of(pairs.Select(pair => pair.A)), Medians.Of(pairs.Select(pair => pair.B)),
            Medians.Of(pairs.Select(pair => pair.B / pair.A)))
        : null;

    private static List<(double A, double B)> ListOf<TKey>(Dictionary<TKey, List<(double A, double B)>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list)) lists[key] = list = [];
        return list;
    }
}
