using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.OtherEngines;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The engines that can make the load.</summary>
internal static class EngineCatalog
{
    public static bool HasNBomber => NBomberProcess.Program is not null;

    /// <summary>
    /// A campaign or an import that was begun in time may end: on a small machine, with fourteen others next to it, that takes a while.
    /// </summary>
    public static TimeSpan DrainTime { get; } = TimeSpan.FromMinutes(2);

    /// <param name="foreign">What another engine's program is asked for, by the file that it is to answer in.</param>
    /// <param name="fleet">The generators that share the load; null for this program alone.</param>
    internal static async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        HarnessOptions options, IReadOnlyList<ScenarioProps> scenarios, IProgress<LoadSnapshot> live, IMeasuredPhase measured,
            ScenarioEnvironment environment, Func<string, EngineRequest> foreign, RunFleet? fleet, CancellationToken cancellationToken)
    {
        if (fleet is not null) return await fleet.RunAsync(scenarios, live, measured, environment, cancellationToken);
        if (options.Engine == LoadEngine.NBomber)
            return await NBomberProcess.RunAsync(foreign, environment, measured, cancellationToken);
        return await RunAsync(options, scenarios, live, measured, DrainTime, cancellationToken);
    }

    /// <summary>By the built-in engine.</summary>
    public static async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        HarnessOptions options, IReadOnlyList<ScenarioProps> scenarios, IProgress<LoadSnapshot> live, IMeasuredPhase measured,
            TimeSpan drainTime, CancellationToken cancellationToken)
    {
        using var clock = new SystemLoadClock();
        return await new LoadRunner(clock, RunnerOptions(options.Seed, drainTime) with { Measured = measured })
            .RunAsync(scenarios, live, cancellationToken);
    }

    /// <param name="drainTime">At least: requests that take long get longer.</param>
    internal static LoadRunnerOptions RunnerOptions(ulong seed, TimeSpan drainTime) => new()
    {
        Seed = seed,
        DrainTime = drainTime,
        MostDrainTime = LoadRunnerOptions.LongestDrain,
        AtOnce = Interruption.AtOnce,
    };
}
