using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Cli.Pipeline;

/// <summary>The engines that this build holds.</summary>
public static class EngineCatalog
{
#if USE_NBOMBER
    public static bool HasNBomber => true;
#else
    public static bool HasNBomber => false;
#endif

    /// <summary>A campaign or an import that was begun in time may end: on a small machine, with fourteen others beside it, that takes a while.</summary>
    private static TimeSpan DrainTime { get; } = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        HarnessOptions options, IReadOnlyList<ScenarioProps> scenarios, IProgress<LoadSnapshot> live, IMeasuredPhase measured, CancellationToken stop)
    {
#if USE_NBOMBER
        // NBomber empties its report folder before a run: it gets one of its own.
        if (options.Engine == LoadEngine.NBomber)
            return await Task.Run(() => NBomber.NBomberLoadRunner.Run(scenarios, options.Seed, Path.Combine(options.OutputDirectory, "nbomber"), stop), stop).ConfigureAwait(false);
#endif
        using var clock = new SystemLoadClock();
        return await new LoadRunner(clock, new() { Seed = options.Seed, DrainTime = DrainTime, AtOnce = Interruption.AtOnce, Measured = measured }).RunAsync(scenarios, live, stop).ConfigureAwait(false);
    }
}
