namespace LoadHarness.Scenarios;

/// <summary>Every scenario, in the order in which a run measures them: reads on the seeded data first, then what writes.</summary>
public static class ScenarioCatalog
{
    /// <summary>TQ-1: what every page of the application asks for, drawn from the whole table.</summary>
    public static ReadScenario LeadQueries { get; } = new("lead-queries", profile => profile.LeadQueries);

    /// <summary>TQ-5: the search box. First pages with and without a term, and pages far down, reached by their cursor.</summary>
    public static ReadScenario LeadSearch { get; } = new("lead-search", profile => profile.LeadSearch);

    /// <summary>TQ-3: every segment of the set of complex conditions, counted and fetched.</summary>
    public static ReadScenario Segmentation { get; } = new("segmentation", profile => profile.Segmentation);

    public static IReadOnlyList<IHarnessScenario> All { get; } =
    [
        LeadQueries,
        LeadSearch,
        Segmentation,
        new BulkImport(),
        new CampaignSend(),
        new MixedUsers(),
    ];
}
