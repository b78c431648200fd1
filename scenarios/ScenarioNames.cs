namespace LoadHarness.Scenarios;

/// <summary>What a target may name: each scenario with its operations. The sample run in the repository holds the same names.</summary>
public static class ScenarioNames
{
    public static IReadOnlyDictionary<string, IReadOnlyCollection<string>> Operations { get; } =
        new Dictionary<string, IReadOnlyCollection<string>>(CrmReads.Workload.Operations)
        {
            ["bulk-import"] = ["import"],
            ["campaign-send"] = ["campaign"],
            ["mixed-users"] = CrmReads.Workload.Operations[ScenarioCatalog.LeadQueries.Name],
            ["mixed-imports"] = ["import"],
            ["mixed-campaigns"] = ["campaign"],
        };
}
