using LoadHarness.Core;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Workloads;

namespace LoadHarness.Comparing;

/// <summary>How much a comparison does.</summary>
/// <param name="Scenarios">Names; what they mix is compared operation by operation.</param>
/// <param name="CounterCalls">Calls of each reading operation in a pass of counters.</param>
/// <param name="Slot">How long each arm is loaded in a pair; zero: counters alone.</param>
/// <param name="Users">Closed-model users of a turn: enough to keep a small machine busy, few enough not to queue.</param>
/// <param name="ImportRows">Rows of one import in a slot.</param>
/// <param name="Recipients">Of one campaign in a slot.</param>
public sealed record ComparisonPlan(
    IReadOnlyList<string> Scenarios, int CounterCalls, TimeSpan Slot, int Users, int ImportRows, long Recipients)
{
    private const int UsualMetrics = 32;

    /// <summary>
    /// Short, so that a machine whose speed wanders within seconds favours no arm; long enough to start the load for.
    /// </summary>
    private static readonly TimeSpan UsualTurn = TimeSpan.FromSeconds(0.5);

    public static ComparisonPlan Standard { get; } = new(
        [.. ScenarioCatalog.All.Select(scenario => scenario.Name).Where(name => name != new MixedUsers().Name)],
        40, TimeSpan.FromSeconds(5), HalfTheCores, 5_000, 5_000);

    /// <summary>
    /// The program and the server share the machine: where both have all cores busy, short calls wait for long ones, by chance.
    /// </summary>
    private static int HalfTheCores => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>
    /// How many figures the times come to, which share the false alarms: operations by mean and p50, CPU a request of each scenario, and
    /// the whole.
    /// </summary>
    public int Metrics { get; init; } = UsualMetrics;

    /// <summary>Operations that are not asked for, as <c>scenario/operation</c>: an arm cannot answer them.</summary>
    internal IReadOnlyCollection<string> LeftOut { get; init; } = [];

    /// <summary>
    /// Leads that a scheduler looks at: a little more than it takes to find the recipients, so that a campaign ends within a slot.
    /// </summary>
    private long LeadsAtOnce => Math.Max(1, Recipients * 6 / 5);

    /// <summary>
    /// How long an arm is loaded before it is the other's turn. An import or a campaign that has begun ends.
    /// </summary>
    public TimeSpan Turn => Slot / Turns;

    /// <summary>Turns of an arm in a slot; fewer fill it where calls are longer than a turn.</summary>
    public int Turns => Math.Max(1, (int)(Slot / UsualTurn));

    /// <summary>
    /// Whether times end at the first look with an alarm that new pairs confirm: enough to know whether a planted fault is found. The
    /// whole comparison has more looks and more alarms to confirm, and finds it no less often.
    /// </summary>
    public bool EndsAtFirstAlarm { get; init; }

    public bool MeasuresTimes => Slot > TimeSpan.Zero;

    /// <summary>Makes every scenario take part; rates and durations are not used.</summary>
    /// <param name="sessions">Of one import, and workers of one campaign.</param>
    internal LoadProfile Profile(int sessions = ImportLoad.UsualSessions)
    {
        var reads = new ArrivalLoad(1, TimeSpan.Zero, TimeSpan.FromSeconds(1), 100);
        return new("compare", "two arms in turns", reads, reads, reads, new(ImportRows, 1, Sessions: sessions),
            new(Recipients, sessions, 1, LeadsAtOnce));
    }

    /// <summary>The scenarios of a workload of one's own.</summary>
    public ComparisonPlan For(Workload workload) => this with
    {
        Scenarios = [.. workload.File.Scenarios.Keys],
        Metrics = Math.Max(UsualMetrics, 1 + workload.File.Scenarios.Values.Sum(scenario => 1 + (2 * scenario.Operations.Count))),
    };

    /// <param name="names">Of the plan's scenarios: the others are left out. One that is named twice is compared once.</param>
    /// <exception cref="HarnessException">There is no scenario of that name.</exception>
    public ComparisonPlan Only(IReadOnlyList<string> names) => names.Except(Scenarios).ToList() is { Count: > 0 } unknown
        ? throw new HarnessException(
            $"--scenarios: there is no scenario {string.Join(", ", unknown)}. Known: {string.Join(", ", Scenarios)}.", ExitCode.BadUsage)
        : this with { Scenarios = [.. names.Distinct()] };
}
