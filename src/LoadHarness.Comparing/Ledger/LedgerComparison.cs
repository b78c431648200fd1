using LoadHarness.Core.Comparing;
using LoadHarness.Scenarios;

namespace LoadHarness.Comparing.Ledger;

/// <summary>Holds an arm that lacks an index against the one that has all.</summary>
internal static class LedgerComparison
{
    /// <summary>What an index saves its readers. WAL is what it costs its writers.</summary>
    private static readonly string[] Served = [CounterNames.Blocks, CounterNames.TemporaryBlocks];

    private static readonly string[] Written = [CounterNames.WalBytes, CounterNames.Blocks];

    public static LedgerEntry With(LedgerEntry entry, ComparisonPlan plan, ScenarioCounters with, ScenarioCounters without)
    {
        var changes = CounterJudgement.Compare((with.First, with.Second), (without.First, without.Second));
        return entry with
        {
            Worse = [.. entry.Worse, .. changes.Where(change => change.IsWorse && Served.Contains(change.Counter))],
            Writes = [.. entry.Writes, .. Writes(plan, with, without)],
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

    private static IEnumerable<WriteCost> Writes(ComparisonPlan plan, ScenarioCounters with, ScenarioCounters without)
    {
        // A campaign ends with the chunk of leads that reaches its number, so its figures are of the whole.
        double? rows = with.Scenario == new BulkImport().Name ? plan.ImportRows : with.Scenario == new CampaignSend().Name ? 1 : null;
        if (rows is not { } count) return [];
        return Written.SelectMany(counter => with.Means(counter).Zip(without.Means(counter), (a, b) =>
            new WriteCost(a.Operation, counter, a.Value / count, b.Value / count)));
    }
}
