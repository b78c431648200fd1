using LoadHarness.Core.Verdicts;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.SelfCheck;

/// <summary>What an iteration costs when it does nothing.</summary>
internal static class ThroughputCheck
{
    private const int Users = 16;

    public static async Task<IReadOnlyList<Verdict>> RunAsync(TimeSpan during, CancellationToken cancellationToken) =>
    [
        await Measure("SELF-NOOP", "No-op iterations that complete at once", 8_000_000, _ => Response.OkTask(), during, cancellationToken),
        await Measure("SELF-YIELD", "No-op iterations that yield", 2_500_000, Yield, during, cancellationToken),
        Verdict.Counted(
            "SELF-RESIDENT", "Resident memory after no-op iterations",
            Environment.WorkingSet / 1e6, Limit.AtMost(100, "MB"), 1,
            "of the whole program"),
    ];

    private static async Task<Verdict> Measure(
        string id, string title, double limit, Func<IScenarioContext, Task<IResponse>> run, TimeSpan during,
        CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var scenario = Scenario.Create("no-op", run).WithWarmUpDuration(TimeSpan.FromSeconds(1))
            .WithLoadSimulations(Simulation.KeepConstant(Users, during));
        var result = (await new LoadRunner(clock, new LoadRunnerOptions()).RunAsync([scenario], null, cancellationToken))[0];
        var rate = result.Operations[0].ThroughputPerSecond;
        var evidence = $"{Users} users on {Environment.ProcessorCount} cores, {result.Generator.CpuCores / rate * 1e9:0} ns of CPU and "
            + $"{(double)result.Generator.ManagedBytesAllocated / result.Accounting.Completed:0} B an iteration";
        return Verdict.Counted(
            id, title,
            rate, Limit.AtLeast(limit, "iterations/s"), result.Accounting.Completed,
            evidence);
    }

    private static async Task<IResponse> Yield(IScenarioContext context)
    {
        await Task.Yield();
        return Response.Ok();
    }
}
