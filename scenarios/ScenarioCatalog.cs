namespace LoadHarness.Scenarios;

/// <summary>Every scenario, in the order in which a run measures them: reads on the seeded data first, then what writes.</summary>
public static class ScenarioCatalog
{
    public static IReadOnlyList<IHarnessScenario> All { get; } =
    [
        new LeadQueries(),
        new LeadSearch(),
        new Segmentation(),
        new BulkImport(),
        new CampaignSend(),
        new MixedUsers(),
    ];
}
