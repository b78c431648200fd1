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
    private readonly LockWaitWatch _watch;
    private readonly int _users;
    private readonly Dictionary<string, ScenarioProps> _scenarios;

    private LoadedArm(ArmServer server, IArmBench bench, int users)
    {
        (_server, _bench, _watch, _users) = (server, bench, LockWaitWatch.Start(server.Admin), users);
        _scenarios = bench.Scenarios.Select(scenario => server.Planted?.Slowed(scenario) ?? scenario)
            .ToDictionary(scenario => scenario.Name);
    }

    /// <summary>Looks at the sessions in all turns so far, and those that found one waiting for a lock.</summary>
    public (int Looks, int Waiting) Waits => (_watch.Looks, _watch.Waiting);

    public static async Task<LoadedArm> OpenAsync(ArmServer server, ComparisonPlan plan, CancellationToken cancellationToken) =>
        new(server, await server.OpenBenchAsync(plan, BenchUse.Times, cancellationToken), plan.Users);

    /// <summary>
    /// Runs the set-up, and the load for a second: caches and plans of an arm's sessions are no difference between the arms.
    /// </summary>
    public async Task WarmAsync(string scenario, ulong seed, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var props = _scenarios[scenario].WithLoadSimulations(Simulation.KeepConstant(_users, WarmTime));
        await new LoadRunner(clock, OptionsOf(~seed)).RunAsync([props], null, cancellationToken);
    }

    public Slot NewSlot(string scenario) => new(_scenarios[scenario], _bench.IsWrite(scenario));

    /// <summary>
    /// One turn, with a look at the sessions ten times a second: users of the closed model send the scenario's operations.
    /// </summary>
    public Task TurnAsync(Slot slot, TimeSpan during, ulong seed, CancellationToken cancellationToken) =>
        TurnAsync(slot, Simulation.KeepConstant(slot.IsWrite ? 1 : _users, during), seed, cancellationToken);

    /// <inheritdoc cref="TurnAsync(Slot, TimeSpan, ulong, CancellationToken)"/>
    public async Task TurnAsync(Slot slot, LoadSimulation load, ulong seed, CancellationToken cancellationToken)
    {
        await using var holder = _server.Planted is { HoldsLock: true } ? LockHolder.Start(_server.Admin) : null;
        using var looking = _watch.Look();
        using var clock = new SystemLoadClock();
        var props = slot.Scenario.WithoutInit().WithLoadSimulations(load);
        var cpu = _server.CpuTime();
        var results = await new LoadRunner(clock, OptionsOf(seed)).RunAsync([props], null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        slot.Add(results[0], _server.CpuTime() - cpu);
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync();
        await _bench.DisposeAsync();
    }

    private static LoadRunnerOptions OptionsOf(ulong seed) => new() { Seed = seed, MostDrainTime = LoadRunnerOptions.LongestDrain };
}
