namespace LoadHarness.Comparing.Times;

/// <summary>Counts, over the pairs of a scenario, what either arm had of each metric, and where calls failed.</summary>
internal sealed class OneSidedMetrics
{
    private readonly Dictionary<SlotMetric, (int A, int B)> _had = [];
    private readonly Dictionary<string, (long A, long B)> _calls = [];
    private readonly Dictionary<string, (int A, int B)> _failed = [];

    public void Add(IEnumerable<SlotMetric> a, IEnumerable<SlotMetric> b)
    {
        foreach (var metric in a) _had[metric] = (_had.GetValueOrDefault(metric).A + 1, _had.GetValueOrDefault(metric).B);
        foreach (var metric in b) _had[metric] = (_had.GetValueOrDefault(metric).A, _had.GetValueOrDefault(metric).B + 1);
    }

    public void Add(Slot a, Slot b)
    {
        foreach (var operation in a.Calls.Keys.Union(b.Calls.Keys))
        {
            var (calls, failed) = (_calls.GetValueOrDefault(operation), _failed.GetValueOrDefault(operation));
            _calls[operation] = (calls.A + a.Calls.GetValueOrDefault(operation), calls.B + b.Calls.GetValueOrDefault(operation));
            _failed[operation] = (
                failed.A + (a.Failed.Contains(operation) ? 1 : 0), failed.B + (b.Failed.Contains(operation) ? 1 : 0));
        }
    }

    /// <summary>
    /// Metrics that were not compared because of an arm, each a sentence: it may be too slow for them, or fails, so they never pass for
    /// the same; nor do two arms that both fail. Around the fewest calls of a slot both arms have a metric by chance; what both lack is
    /// too rare. An operation that fails in all slots has no metric: of it, there is one sentence.
    /// </summary>
    /// <param name="pairs">So many were added.</param>
    /// <param name="decided">By earlier pairs.</param>
    public IEnumerable<string> Find(int pairs, IReadOnlyCollection<SlotMetric> decided)
    {
        var ofMetrics =
            from entry in _had
            where !decided.Contains(entry.Key)
            let reason = ByFailures(entry.Key.Operation, pairs)
                ?? ByCalls(entry.Key, entry.Value, pairs) ?? ByFigures(entry.Key, entry.Value, pairs)
            where reason is not null
            select $"{entry.Key.Operation} {entry.Key.Metric}: {reason}.";
        var ofOperations =
            from operation in _failed.Keys.Except(_had.Keys.Concat(decided).Select(metric => metric.Operation))
            let reason = ByFailures(operation, pairs)
            where reason is not null
            select $"{operation}: {reason}.";
        return ofMetrics.Concat(ofOperations);
    }

    private string? ByFailures(string operation, int pairs) => _failed.GetValueOrDefault(operation) switch
    {
        (0, 0) => null,
        (var onA, 0) => $"calls failed in {onA} of {pairs} slots of A alone",
        (0, var onB) => $"calls failed in {onB} of {pairs} slots of B alone",
        var (onA, onB) => $"calls failed in {onA} of {pairs} slots of A and {onB} of B",
    };

    // Of calls that come by chance, 20 in a slot, one arm has twice the other's in four pairs once in thousands of cases.
    private string? ByCalls(SlotMetric metric, (int A, int B) had, int pairs)
    {
        var (onA, onB) = _calls.GetValueOrDefault(metric.Operation);
        return Math.Max(onA, onB) < Slot.FewestCalls * pairs || Math.Max(onA, onB) < 2 * Math.Min(onA, onB)
            || (had.A == pairs && had.B == pairs)
                ? null
                : $"A had {onA} calls in {pairs} slots, B {onB}, too few for a figure of each slot";
    }

    private static string? ByFigures(SlotMetric metric, (int A, int B) had, int pairs)
    {
        // Where each slot has a metric by the toss of a coin, four pairs are one-sided by chance in 2 of 256 cases, more less often.
        if (4 * Math.Max(had.A, had.B) <= 3 * pairs || 4 * Math.Min(had.A, had.B) >= pairs) return null;
        var why = metric.Metric == SlotMetric.CpuOfRequest
            ? "used too little CPU in a slot to be read"
            : "had too few calls in a slot, or some that failed";
        return $"A has a figure in {had.A} of {pairs} pairs, B in {had.B}. {(had.A < had.B ? "A" : "B")} {why}";
    }
}
