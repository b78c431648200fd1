using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Running;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load;

/// <summary>Runs scenarios, all at once, and returns what was measured of each.</summary>
public sealed class LoadRunner(LoadClock clock, LoadRunnerOptions options)
{
    // Time for the dispatching thread to be up before the first arrival is due.
    internal const long Headstart = 5_000_000;

    /// <summary>
    /// Set-up, warm-up, load, clean-up. A cancelled run drains, and returns what it has measured with the reason.
    /// </summary>
    /// <param name="progress">One snapshot a second for each scenario.</param>
    /// <exception cref="HarnessException">A scenario is incomplete, or its set-up failed.</exception>
    public async Task<IReadOnlyList<ScenarioResult>> RunAsync(IReadOnlyList<ScenarioProps> scenarios, IProgress<LoadSnapshot>? progress, CancellationToken cancellationToken)
    {
        Check(scenarios);
        using var threads = new IterationThreads(clock, options.MaxThreads);
        try
        {
            foreach (var scenario in scenarios) await Prepare(scenario, cancellationToken).ConfigureAwait(false);
            var warmed = scenarios.Where(s => s.WarmUp > TimeSpan.Zero).ToList();
            await Play(warmed, "warm-up", LoadPlan.WarmUpOf, threads, progress, cancellationToken).ConfigureAwait(false);
            return await MeasuredAsync(() => Play(scenarios, "measuring", s => s.Simulations, threads, progress, cancellationToken)).ConfigureAwait(false);
        }
        finally
        {
            foreach (var scenario in scenarios)
                if (scenario.Clean is { } clean)
                    await clean(new InitContext(scenario.Name, options.Seed, CancellationToken.None)).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<ScenarioResult>> MeasuredAsync(Func<Task<IReadOnlyList<ScenarioResult>>> play)
    {
        if (options.Measured is not { } watch) return await play();
        await watch.BeginsAsync();
        try
        {
            return await play();
        }
        finally
        {
            await watch.EndedAsync();
        }
    }

    private async Task<IReadOnlyList<ScenarioResult>> Play(
        IReadOnlyList<ScenarioProps> scenarios,
        string phaseName,
        Func<ScenarioProps, IReadOnlyList<LoadSimulation>> simulations,
        IterationThreads threads,
        IProgress<LoadSnapshot>? progress,
        CancellationToken cancellationToken)
    {
        if (scenarios.Count == 0) return [];
        // What set-up and warm-up left to collect is collected outside the figures.
        GC.Collect();
        var dispatcher = new Dispatcher(clock, threads);
        var (startedUtc, start) = (clock.UtcNow, clock.Now + Headstart);
        var settings = scenarios.Select(s => new PhaseSetting(
            s, simulations(s), phaseName, dispatcher, threads, options, start, SeedOf(s.Name, phaseName), progress)).ToList();
        var phases = settings.Select(s => new LoadPhase(s)).ToList();
        var probe = new GeneratorProbe();
        foreach (var phase in phases) phase.Begin();
        await using (cancellationToken.UnsafeRegister(_ => dispatcher.Post(0, new Callback(_ => Interrupt(phases))), null).ConfigureAwait(false))
            await dispatcher.RunAsync(() => phases.TrueForAll(p => p.IsOver)).ConfigureAwait(false);
        var health = probe.Measure();
        ScenarioResult[] results = [.. phases.Zip(settings, (phase, setting) => ScenarioResults.Of(phase, setting, startedUtc, health))];
        foreach (var phase in phases) phase.Dispose();
        return results;
    }

    private static void Interrupt(List<LoadPhase> phases)
    {
        foreach (var phase in phases) phase.Abort("Interrupted before the load had ended.");
    }

    private async Task Prepare(ScenarioProps scenario, CancellationToken cancellationToken)
    {
        if (scenario.Init is not { } init) return;
        try
        {
            await init(new InitContext(scenario.Name, options.Seed, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not HarnessException and not OperationCanceledException)
        {
            throw new HarnessException($"The set-up of scenario '{scenario.Name}' failed: {e.Message} Nothing was measured; mend this and run again.", inner: e);
        }
    }

    private static void Check(IReadOnlyList<ScenarioProps> scenarios)
    {
        if (scenarios.FirstOrDefault(s => s.Simulations.Count == 0) is { } idle)
            throw new HarnessException($"Scenario '{idle.Name}' has no load simulation. Give one, such as Simulation.Inject(...), to WithLoadSimulations.");
        if (scenarios.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new HarnessException($"Two scenarios are named '{twice.Key}'. Rename one: the name is its key in every report.");
    }

    private ulong SeedOf(string scenario, string phase) => SeededRandom.Mix(options.Seed, StableHash.Of($"{scenario}/{phase}"));

    private sealed record InitContext(string ScenarioName, ulong Seed, CancellationToken CancellationToken) : IScenarioInitContext;
}
