using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// The operations that claims may name. Arguments and checked answers are those of the scenarios; only the statements are an arm's own.
/// </summary>
internal static class ProofOperations
{
    public static IReadOnlyList<string> Writes { get; } = [$"{new BulkImport().Name}/import", $"{new CampaignSend().Name}/campaign"];

    /// <summary>As <c>scenario/operation</c>.</summary>
    public static IReadOnlyCollection<string> Names { get; } =
    [
        .. ScenarioNames.Operations.Where(scenario => scenario.Key is "lead-queries" or "lead-search")
            .SelectMany(scenario => scenario.Value.Select(operation => OperationPath.Of(scenario.Key, operation))),
        .. Enumerable.Range(1, SegmentCorpus.Conditions.Count)
            .SelectMany(number => new[] { $"segmentation/count_{number}", $"segmentation/page_{number}" }),
        .. Writes,
    ];

    /// <param name="pages">Where deep pages come from; null to walk there, as the scenario does.</param>
    public static IEnumerable<ProofOperation> ReadsOf(ScenarioEnvironment environment, DeepPages? pages = null) =>
        [.. Lookups(environment), .. Searches(environment, pages), .. Segments(environment)];

    private static IEnumerable<ProofOperation> Lookups(ScenarioEnvironment environment) =>
        ScenarioCatalog.LeadQueries.Build(environment)
            .SelectMany(scenario => scenario.Operations.Select(operation => new ProofOperation(new(scenario.Name, [operation]))));

    // Only deep pages need the walk down the list that the scenario begins with.
    private static IEnumerable<ProofOperation> Searches(ScenarioEnvironment environment, DeepPages? pages) =>
        ScenarioCatalog.LeadSearch.Build(environment).SelectMany(scenario => scenario.Operations.Select(operation => new ProofOperation(
            new(scenario.Name, [operation]), operation.Name != "deep_page" ? null : pages?.For(environment) ?? scenario.Init)));

    // One operation a condition: a mean over conditions would be that of the slowest.
    private static IEnumerable<ProofOperation> Segments(ScenarioEnvironment environment)
    {
        var scenario = ScenarioCatalog.Segmentation.Name;
        for (var place = 0; place < SegmentCorpus.Conditions.Count; place++)
        {
            var segment = place;
            var (count, page) = ($"count_{segment + 1}", $"page_{segment + 1}");
            yield return new(Scenario.CreateMix(scenario, (count, 1, context =>
                environment.Reads.AskSegmentAsync(context, count, "segment_count", segment))));
            yield return new(Scenario.CreateMix(scenario, (page, 1, context =>
                environment.Reads.AskSegmentAsync(context, page, "segment_page", segment))));
        }
    }
}
