using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Ledger;

/// <summary>Holds an arm that lacks an index against the one that has all.</summary>
internal static class LedgerComparison
{
    /// <summary>What an index saves its readers. WAL is what it costs its writers.</summary>
    private static readonly string[] Served = [CounterNames.Blocks, CounterNames.TemporaryBlocks];

    private static readonly string[] Written = [CounterNames.WalBytes, CounterNames.Blocks];

    /// <param name="faults">What fails without the index. It works with it: that is what the index is for.</param>
    public static LedgerEntry With(
        LedgerEntry entry, ScenarioCounters with, ScenarioCounters without, IReadOnlyList<OperationFault> faults)
    {
        var changes = CounterJudgement.Compare((with.First, with.Second), (without.First, without.Second));
        return entry with
        {
            Worse = [.. entry.Worse, .. changes.Where(change => change.IsWorse && Served.Contains(change.Counter))],
            Writes = [.. entry.Writes, .. Writes(with, without)],
            Failures = [.. entry.Failures, .. faults.Select(fault => $"{fault.Operation} fails without it: {fault.Words}")],
        };
    }

    /// <summary>Plans that name the index, and what they are without it.</summary>
    public static IReadOnlyList<PlanChange> LostPlans(
        CatalogIndex index, IReadOnlyDictionary<string, string> with, IReadOnlyDictionary<string, string> without) =>
    [
        .. with.Where(plan => without.ContainsKey(plan.Key))
            .Select(plan => PlanNodes.Compare(plan.Key, plan.Value, without[plan.Key]))
            .OfType<PlanChange>()
            .Where(change => change.LostNodes.Any(node => Names(node, index))),
    ];

    private static bool Names(string node, CatalogIndex index) => node.Split(' ').Intersect(index.PlanNames).Any();

    private static IEnumerable<WriteCost> Writes(ScenarioCounters with, ScenarioCounters without) =>
        with.First.Where(operation => operation.Items is not null && without.First.Any(other => other.Name == operation.Name))
            .SelectMany(operation => Written.Select(counter => Cost(operation.Name, counter, with, without)));

    private static WriteCost Cost(string operation, string counter, ScenarioCounters with, ScenarioCounters without)
    {
        var (a, b) = (with.AnItem(operation, counter), without.AnItem(operation, counter));
        return new(
            operation, counter, a.Average(), b.Average(), Math.Abs(a[0] - b[0] - (a[1] - b[1])));
    }
}
