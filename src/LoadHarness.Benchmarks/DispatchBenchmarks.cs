using BenchmarkDotNet.Attributes;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Benchmarks;

/// <summary>One iteration, dispatched and recorded, in each model; start and end of the run are spread over its iterations.</summary>
[MemoryDiagnoser]
[SimpleJob(launchCount: 1, warmupCount: 2, iterationCount: 5, invocationCount: 1)]
public class DispatchBenchmarks
{
    private const int Iterations = 1_000_000;

    [Benchmark(OperationsPerInvoke = Iterations)]
    public Task ClosedAtOnce() => Run(_ => Response.OkTask(), Simulation.IterationsForConstant(16, Iterations));

    [Benchmark(OperationsPerInvoke = Iterations)]
    public Task ClosedYielding() => Run(Yield, Simulation.IterationsForConstant(16, Iterations));

    [Benchmark(OperationsPerInvoke = Iterations)]
    public Task OpenAtOnce() => Run(_ => Response.OkTask(), Simulation.IterationsForInject(1e9, TimeSpan.FromSeconds(1), Iterations));

    private static async Task<IResponse> Yield(IScenarioContext context)
    {
        await Task.Yield();
        return Response.Ok();
    }

    private static async Task Run(Func<IScenarioContext, Task<IResponse>> run, LoadSimulation simulation)
    {
        using var clock = new SystemLoadClock();
        var scenario = Scenario.Create("dispatch", run).WithMaxInFlight(int.MaxValue).WithLoadSimulations(simulation);
        await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync([scenario], null, CancellationToken.None);
    }
}
