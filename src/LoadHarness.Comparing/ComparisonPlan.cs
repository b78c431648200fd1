using LoadHarness.Core;
using LoadHarness.Load;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Comparing;

/// <summary>How much a comparison does.</summary>
/// <param name="Scenarios">Names; what they mix is compared operation by operation.</param>
/// <param name="CounterCalls">Calls of each reading operation in a pass of counters.</param>
/// <param name="Slot">How long an arm is loaded before it is the other's turn; zero: counters alone.</param>
/// <param name="Users">Closed-model users of a slot: enough to keep a small machine busy, few enough not to queue.</param>
/// <param name="ImportRows">Rows of one import in a slot.</param>
/// <param name="Recipients">Of one campaign in a slot.</param>
public sealed record ComparisonPlan(
    IReadOnlyList<string> Scenarios, int CounterCalls, TimeSpan Slot, int Users, int ImportRows, long Recipients)
{
    public static ComparisonPlan Standard { get; } = new(
        [new LeadQueries().Name, new LeadSearch().Name, new Segmentation().Name, new BulkImport().Name, new CampaignSend().Name],
        40, TimeSpan.FromSeconds(5), HalfTheCores, 5_000, 5_000);

    /// <summary>
    /// The program and the server share the machine: where both have all cores busy, short calls wait for long ones, by chance.
    /// </summary>
    private static int HalfTheCores => Math.Max(1, Environment.ProcessorCount / 2);

    public bool MeasuresTimes => Slot > TimeSpan.Zero;

    /// <summary>Whether each of its calls is thousands of statements that change rows: a whole import or campaign.</summary>
    internal static bool IsWrite(ScenarioProps scenario) =>
        scenario.Name == new BulkImport().Name || scenario.Name == new CampaignSend().Name;

    /// <summary>The scenarios as the arms run them: their operations and set-up, without the load of a profile.</summary>
    internal IReadOnlyList<ScenarioProps> Build(ScenarioEnvironment environment) =>
    [
        .. ScenarioCatalog.All.Where(scenario => Scenarios.Contains(scenario.Name))
            .SelectMany(scenario => scenario.Build(environment)).Select(props => props.WithoutWarmUp()),
    ];

    /// <summary>Makes every scenario take part; rates and durations are not used.</summary>
    /// <param name="sessions">Of one import, and workers of one campaign.</param>
    internal LoadProfile Profile(int sessions = ImportLoad.UsualSessions)
    {
        var reads = new ArrivalLoad(1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 100);
        return new("compare", "two arms in turns", reads, reads, reads, new(ImportRows, 1, Sessions: sessions), new(Recipients, sessions, 1));
    }

    /// <exception cref="HarnessException">There is no scenario of that name.</exception>
    public ComparisonPlan Checked()
    {
        var known = Standard.Scenarios;
        return Scenarios.Where(name => !known.Contains(name)).ToList() is { Count: > 0 } unknown
            ? throw new HarnessException($"--scenarios: there is no scenario {string.Join(", ", unknown)}. Known: {string.Join(", ", known)}.", ExitCode.BadUsage)
            : this;
    }
}
