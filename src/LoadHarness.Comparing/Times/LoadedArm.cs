using LoadHarness.Comparing.Arms;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Comparing.Times;

/// <summary>An arm with its connections and the scenarios that it runs, set up once.</summary>
internal sealed class LoadedArm : IAsyncDisposable
{
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(1);

    private readonly ArmServer _server;
    private readonly IArmBench _bench;
    private readonly Dictionary<string, ScenarioProps> _scenarios;

    private LoadedArm(ArmServer server, IArmBench bench)
    {
        (_server, _bench) = (server, bench);
        _scenarios = bench.Scenarios.Select(scenario => server.Planted?.Slowed(scenario) ?? scenario)
            .ToDictionary(scenario => scenario.Name);
    }

    /// <summary>Looks at the sessions in all slots so far, and those that found one waiting for a lock.</summary>
    public (int Looks, int Waiting) Waits { get; private set; }

    public static async Task<LoadedArm> OpenAsync(ArmServer server, ComparisonPlan plan, CancellationToken cancellationToken) =>
        new(server, await server.OpenBenchAsync(plan, sessions: null, cancellationToken));

    /// <summary>
    /// Runs the set-up, and the load for a second: caches and plans of an arm's sessions are no difference between the arms.
    /// </summary>
    public async Task WarmAsync(string scenario, ComparisonPlan plan, ulong seed, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var props = _scenarios[scenario].WithLoadSimulations(Simulation.KeepConstant(plan.Users, WarmTime));
        await new LoadRunner(clock, new() { Seed = ~seed }).RunAsync([props], null, cancellationToken);
    }

    /// <summary>One turn, with a look at the sessions ten times a second.</summary>
    public async Task<IReadOnlyDictionary<SlotMetric, double>> SlotAsync(
        string scenario, ComparisonPlan plan, ulong seed, CancellationToken cancellationToken)
    {
        await using var watch = LockWaitWatch.Start(_server.Admin);
        await using var holder = _server.Planted is { HoldsLock: true } ? LockHolder.Start(_server.Admin) : null;
        var metrics = await Slot.RunAsync(
            _server, _scenarios[scenario].WithoutInit(), _bench.IsWrite(scenario), plan.Slot, plan.Users, seed, cancellationToken);
        Waits = (Waits.Looks + watch.Looks, Waits.Waiting + watch.Waiting);
        return metrics;
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();
}
