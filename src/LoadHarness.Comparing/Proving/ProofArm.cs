using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Postgres.Workload;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Comparing.Proving;

/// <summary>One way of doing the work: the optimized schema, or one of the baselines N, C and X on the base schema.</summary>
internal sealed class ProofArm : IAsyncDisposable
{
    /// <summary>A session prepares at the second call, and settles on a plan at the seventh.</summary>
    private const int WarmCalls = 7;

    private readonly HashSet<string> _prepared = [];

    /// <summary>By operation, calls of the sessions that are open now.</summary>
    private readonly Dictionary<string, int> _called = [];

    private readonly Dictionary<string, Turn> _latest = [];

    public ProofArm(string name, CrmArm server, LoadProfile profile, QueryCatalog? queries,
        Func<ScenarioEnvironment, IEnumerable<ProofOperation>> operations)
    {
        (Name, Server) = (name, server);
        Bench = server.OpenWorkbench(profile, queries);
        Operations = operations(Bench).ToDictionary(operation => operation.Name);
    }

    /// <summary>Optimized, C, N or X.</summary>
    public string Name { get; }

    public CrmArm Server { get; }

    public ScenarioEnvironment Bench { get; }

    public IReadOnlyDictionary<string, ProofOperation> Operations { get; }

    /// <summary>Calls an operation, one after the other; the set-up comes before the first.</summary>
    /// <param name="seed">Of the arguments: the same on each arm.</param>
    /// <returns>Mean response time in milliseconds and the server's CPU time a call, or what went wrong.</returns>
    public async Task<Turn> CallAsync(string operation, int calls, ulong seed, CancellationToken cancellationToken)
    {
        var one = Operations[operation];
        var props = one.Alone.WithLoadSimulations(Simulation.IterationsForConstant(1, calls));
        if (one.Init is { } init && _prepared.Add(operation)) props = props.WithInit(init);
        using var clock = new SystemLoadClock();
        var cpu = Server.CpuTime();
        var results = await new LoadRunner(clock, new() { Seed = seed }).RunAsync([props], null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var used = Server.CpuTime() - cpu;
        _called[operation] = _called.GetValueOrDefault(operation) + calls;
        return _latest[operation] = Of(results[0], calls, used);
    }

    /// <summary>As <see cref="CallAsync"/>, with the shared blocks that a call touches. They are read before and after the turn.</summary>
    public async Task<Turn> CountAsync(string operation, int calls, ulong seed, CancellationToken cancellationToken)
    {
        // Nothing is forgotten: the first call of a turn would have to write down the texts of its statements anew.
        var before = await StatementReadings.BeginAsync(Server.Admin, forget: false, cancellationToken);
        var turn = await CallAsync(operation, calls, seed, cancellationToken);
        if (turn.Fault is not null) return turn;
        var read = await StatementReadings.ReadAsync(Server.Admin, before, operation, calls, cancellationToken);
        return turn with { Blocks = read.Counters[CounterNames.Blocks] };
    }

    /// <summary>Calls an operation until its session has settled on a plan; what was called before counts.</summary>
    /// <returns>The latest turn: what a call takes, or what went wrong.</returns>
    public async Task<Turn> WarmAsync(string operation, ulong seed, CancellationToken cancellationToken)
    {
        var lacking = WarmCalls - _called.GetValueOrDefault(operation);
        return lacking > 0 ? await CallAsync(operation, lacking, ~seed, cancellationToken) : _latest[operation];
    }

    /// <summary>What a call took when it was last asked for; null before it was.</summary>
    public double? MillisecondsOf(string operation) => _latest.GetValueOrDefault(operation)?.Milliseconds;

    /// <summary>Closes all sessions.</summary>
    public Task ReleaseAsync()
    {
        _called.Clear();
        return Bench.ReleaseAsync();
    }

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    private Turn Of(ScenarioResult result, int calls, TimeSpan? cpu)
    {
        if (result.Accounting.Completed == calls && result.Operations[0].Response.Mean is { } mean)
            return new(mean.TotalMilliseconds, (cpu ?? TimeSpan.Zero).TotalMilliseconds / calls, calls, null);
        var errors = string.Join("; ", result.Operations.SelectMany(operation => operation.Errors).Take(2).Select(error => error.Message));
        return new(0, 0, calls,
            $"{calls - result.Accounting.Completed} of {calls} calls fail on {Name}: {(errors.Length == 0 ? result.AbortReason : errors)}");
    }
}

/// <param name="CpuMilliseconds">Zero where it cannot be read.</param>
/// <param name="Fault">Null where every call succeeded, with the answer that the seed says.</param>
internal sealed record Turn(double Milliseconds, double CpuMilliseconds, int Calls, string? Fault)
{
    /// <summary>Shared blocks a call; null where they were not counted.</summary>
    public double? Blocks { get; init; }
}
