using LoadHarness.Core.Comparing;
using LoadHarness.Scenarios;

namespace LoadHarness.Comparing.Ledger;

/// <summary>The arm that has every index, measured once: each arm that lacks one is held against it.</summary>
internal sealed record WholeSchema(
    ArmServerFacts Server, IReadOnlyList<CatalogIndex> Indexes, IReadOnlyDictionary<string, string> Plans,
        IReadOnlyList<MeasuredScenario> Scenarios)
{
    private static readonly string[] Writing = [new BulkImport().Name, new CampaignSend().Name];

    /// <summary>
    /// Those that touch the table, and what writes before them: a campaign after an import is another one than a campaign alone.
    /// </summary>
    public IReadOnlyList<MeasuredScenario> ScenariosFor(string table)
    {
        var last = Scenarios.ToList().FindLastIndex(scenario => scenario.Tables.Contains(table));
        return [.. Scenarios.Take(last + 1)
            .Where(scenario => scenario.Tables.Contains(table) || Writing.Contains(scenario.Counters.Scenario))];
    }
}

/// <param name="Tables">That the scenario read or wrote.</param>
internal sealed record MeasuredScenario(ScenarioCounters Counters, IReadOnlySet<string> Tables);
