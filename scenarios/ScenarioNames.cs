namespace LoadHarness.Scenarios;

/// <summary>What a target may name: each scenario with its operations. The sample run in the repository holds the same names.</summary>
public static class ScenarioNames
{
    private static readonly string[] Leads =
        ["email_lookup", "status_page", "recent_leads", "tag_filter", "custom_field_filter", "lead_with_activities"];

    public static IReadOnlyDictionary<string, IReadOnlyCollection<string>> Operations { get; } =
        new Dictionary<string, IReadOnlyCollection<string>>
        {
            ["lead-queries"] = Leads,
            ["lead-search"] = ["first_page", "by_term", "deep_page"],
            ["segmentation"] = ["count", "first_page"],
            ["bulk-import"] = ["import"],
            ["campaign-send"] = ["campaign"],
            ["mixed-users"] = Leads,
            ["mixed-imports"] = ["import"],
            ["mixed-campaigns"] = ["campaign"],
        };
}
