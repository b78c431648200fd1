using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Scenarios;

namespace LoadHarness.Comparing.Arms;

/// <summary>The CRM's own scenarios on one arm.</summary>
internal sealed class CrmBench(ScenarioEnvironment environment, ComparisonPlan plan) : IArmBench
{
    /// <summary>Scenarios of which each call is a whole import or campaign.</summary>
    public static IReadOnlyList<string> Writes { get; } = [new BulkImport().Name, new CampaignSend().Name];

    public IReadOnlyList<ScenarioProps> Scenarios { get; } =
    [
        .. ScenarioCatalog.All.Where(scenario => plan.Scenarios.Contains(scenario.Name))
            .SelectMany(scenario => scenario.Build(environment)).Select(props => Asked(props.WithoutWarmUp(), plan))
            .Where(props => props.Operations.Count > 0),
    ];

    public bool IsWrite(string scenario) => Writes.Contains(scenario);

    public ValueTask DisposeAsync() => environment.DisposeAsync();

    // Reads that are left out are not built at all; imports and campaigns are.
    private static ScenarioProps Asked(ScenarioProps props, ComparisonPlan plan) => plan.LeftOut.Count == 0
        ? props
        : props with
        {
            Operations = [.. props.Operations.Where(operation => !plan.LeftOut.Contains(OperationPath.Of(props.Name, operation.Name)))],
        };
}
