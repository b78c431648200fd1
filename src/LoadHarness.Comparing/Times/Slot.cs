using LoadHarness.Comparing.Arms;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Comparing.Times;

/// <summary>One turn of one arm: users of the closed model send a scenario's operations, drawn from the same seed on both arms.</summary>
internal static class Slot
{
    /// <summary>
    /// Fewer calls in a slot are no mean worth a pair, but for imports and campaigns, of which each is thousands of statements.
    /// </summary>
    private const long FewestCalls = 20;

    /// <summary>A shorter call is measured only in hundreds: its time is mostly that of the machine's wake-ups.</summary>
    private const double ShortMilliseconds = 0.5;

    private const long FewestShortCalls = 200;

    /// <param name="isWrite">Each call is a whole import or campaign: one at a time, and few are enough.</param>
    /// <returns>Milliseconds by metric: <c>operation mean</c>, <c>operation p50</c>, <c>CPU a request</c>.</returns>
    public static async Task<IReadOnlyDictionary<SlotMetric, double>> RunAsync(
        ArmServer arm, ScenarioProps scenario, bool isWrite, TimeSpan during, int users, ulong seed, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        var cpu = arm.CpuTime();
        var results = await new LoadRunner(clock, new() { Seed = seed }).RunAsync(
            [scenario.WithLoadSimulations(Simulation.KeepConstant(isWrite ? 1 : users, during))], null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var used = arm.CpuTime() - cpu;
        var metrics = results[0].Operations.SelectMany(operation => Of(scenario, isWrite, operation)).ToDictionary();
        var completed = results[0].Accounting.Completed;
        // Clock ticks of the kernel are 10 ms: a slot has to use many.
        if (used > TimeSpan.FromMilliseconds(500) && completed > 0)
            metrics[new(scenario.Name, "CPU a request")] = used.TotalMilliseconds / completed;
        return metrics;
    }

    private static IEnumerable<KeyValuePair<SlotMetric, double>> Of(ScenarioProps scenario, bool isWrite, OperationResult operation)
    {
        var count = operation.Response.Count;
        if (operation.Response.Mean?.TotalMilliseconds is not { } mean || operation.Accounting.Failed > 0) yield break;
        var name = OperationPath.Of(scenario.Name, operation.Name);
        if (!isWrite && (count < FewestCalls || (mean < ShortMilliseconds && count < FewestShortCalls))) yield break;
        yield return new(new(name, "mean"), mean);
        if (count >= FewestCalls && operation.Response.P50 is { } median) yield return new(new(name, "p50"), median.TotalMilliseconds);
    }
}

/// <param name="Operation"><c>scenario/operation</c>, or the scenario.</param>
/// <param name="Metric">mean, p50 or CPU a request.</param>
internal sealed record SlotMetric(string Operation, string Metric);
