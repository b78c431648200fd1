using LoadHarness.Comparing.Arms;
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
    private readonly HashSet<string> _prepared = [];

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
        return Of(results[0], calls, used);
    }

    public ValueTask DisposeAsync() => Bench.DisposeAsync();

    private Turn Of(ScenarioResult result, int calls, TimeSpan cpu)
    {
        if (result.Accounting.Completed == calls && result.Operations[0].Response.Mean is { } mean)
            return new(mean.TotalMilliseconds, cpu.TotalMilliseconds / calls, calls, null);
        var errors = string.Join("; ", result.Operations.SelectMany(operation => operation.Errors).Take(2).Select(error => error.Message));
        return new(0, 0, calls,
            $"{calls - result.Accounting.Completed} of {calls} calls fail on {Name}: {(errors.Length == 0 ? result.AbortReason : errors)}");
    }
}

/// <param name="Fault">Null where every call succeeded, with the answer that the seed says.</param>
internal sealed record Turn(double Milliseconds, double CpuMilliseconds, int Calls, string? Fault);
