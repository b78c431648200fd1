using LoadHarness.Load;
using LoadHarness.Scenarios;

namespace LoadHarness.Comparing.Arms;

/// <summary>The CRM's own scenarios on one arm.</summary>
internal sealed class CrmBench(ScenarioEnvironment environment, ComparisonPlan plan) : IArmBench
{
    private static readonly string[] Writes = [new BulkImport().Name, new CampaignSend().Name];

    public IReadOnlyList<ScenarioProps> Scenarios { get; } =
    [
        .. ScenarioCatalog.All.Where(scenario => plan.Scenarios.Contains(scenario.Name))
            .SelectMany(scenario => scenario.Build(environment)).Select(props => props.WithoutWarmUp()),
    ];

    public bool IsWrite(string scenario) => Writes.Contains(scenario);

    public ValueTask DisposeAsync() => environment.DisposeAsync();
}
