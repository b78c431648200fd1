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
    private readonly ScenarioHooks _hooks = new(options);

    /// <summary>
    /// Set-up, warm-up, load, clean-up. A cancelled run drains, and returns what it has measured with the reason. What scenarios do wrong
    /// costs their own figures only: one whose set-up failed has none, and says why.
    /// </summary>
    /// <param name="progress">One snapshot a second for each scenario.</param>
    /// <exception cref="HarnessException">A scenario is incomplete.</exception>
    /// <exception cref="OperationCanceledException">The run was ended while scenarios were being set up: nothing is measured.</exception>
    public async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        IReadOnlyList<ScenarioProps> scenarios, IProgress<LoadSnapshot>? progress, CancellationToken cancellationToken)
    {
        Check(scenarios);
        var faults = new Dictionary<string, string>();
        IReadOnlyList<ScenarioResult> results;
        try
        {
            results = await PlayAll(scenarios, progress, cancellationToken);
        }
        finally
        {
            foreach (var scenario in scenarios)
                if (await _hooks.CleanUpAsync(scenario) is { } fault)
                    faults[scenario.Name] = fault;
        }

        return [.. results.Select(result => faults.TryGetValue(result.Name, out var fault) ? result with
        {
            Notes = [.. result.Notes, fault],
        } : result)];
    }

    private async Task<IReadOnlyList<ScenarioResult>> PlayAll(
        IReadOnlyList<ScenarioProps> scenarios, IProgress<LoadSnapshot>? progress, CancellationToken cancellationToken)
    {
        var spoilt = new Dictionary<string, ScenarioResult>();
        foreach (var scenario in scenarios)
            if (await _hooks.SetUpAsync(scenario, cancellationToken) is { } reason)
                spoilt[scenario.Name] = ScenarioResults.NotBegun(scenario, clock.UtcNow, reason);
        var ready = scenarios.Where(s => !spoilt.ContainsKey(s.Name)).ToList();
        using var threads = new IterationThreads(clock, options.MaxThreads);
        if (scenarios.Any(s => s.WarmUp > TimeSpan.Zero))
            await Play(
                [.. ready.Where(s => s.WarmUp > TimeSpan.Zero)], PhaseKind.WarmUp, LoadPlan.WarmUpOf, threads, progress, cancellationToken);
        var played = await MeasuredAsync(() => Play(ready, PhaseKind.Measuring, s => s.Simulations, threads, progress, cancellationToken));
        return [.. scenarios.Select(s => spoilt.GetValueOrDefault(s.Name) ?? played.First(p => p.Name == s.Name))];
    }

    private async Task<IReadOnlyList<ScenarioResult>> MeasuredAsync(Func<Task<IReadOnlyList<ScenarioResult>>> play)
    {
        if (options.Measured is not { } watch) return await play();
        await TellAsync(watch.BeginsAsync);
        try
        {
            return await play();
        }
        finally
        {
            await TellAsync(watch.EndedAsync);
        }
    }

    private Task TellAsync(Func<Task> tell) => Watcher.TellAsync(tell, options.SetUpTime, options.AtOnce);

    private async Task<IReadOnlyList<ScenarioResult>> Play(
        List<ScenarioProps> scenarios,
        PhaseKind kind,
        Func<ScenarioProps, IReadOnlyList<LoadSimulation>> simulations,
        IterationThreads threads,
        IProgress<LoadSnapshot>? progress,
        CancellationToken cancellationToken)
    {
        // What set-up and warm-up left to collect is collected outside the figures.
        GC.Collect();
        // Also with nothing to play: the other generators wait for this one.
        var together = options.Together is { } others ? await others.WaitAsync(kind, cancellationToken) : (DateTimeOffset?)null;
        if (scenarios.Count == 0) return [];
        var dispatcher = new Dispatcher(clock, threads);
        var (startedUtc, start) = StartAt(together);
        var settings = scenarios.Select(s => new PhaseSetting(
            s, simulations(s), kind, dispatcher, threads, options, start, SeedOf(s.Name, kind), progress)).ToList();
        var phases = settings.Select(s => new LoadPhase(s)).ToList();
        using var probe = new GeneratorProbe(dispatcher, start);
        probe.Begin();
        foreach (var phase in phases) phase.Begin();
        await using (OnCancelled(cancellationToken, p => p.Interrupt()))
        await using (OnCancelled(options.AtOnce, p => p.InterruptAtOnce()))
            await dispatcher.RunAsync(() => phases.TrueForAll(p => p.IsOver));
        var health = probe.Measure(phases.Max(phase => phase.MeasuredEnd));
        ScenarioResult[] results = [.. phases.Zip(settings, (phase, setting) => ScenarioResults.Of(phase, setting, startedUtc, health))];
        foreach (var phase in phases) phase.Dispose();
        return results;

        CancellationTokenRegistration OnCancelled(CancellationToken cancellationToken, Action<LoadPhase> interrupt) =>
            cancellationToken.UnsafeRegister(_ => dispatcher.Post(Instant.Origin, new Callback(_ => phases.ForEach(interrupt))), null);
    }

    private (DateTimeOffset Utc, Instant Clock) StartAt(DateTimeOffset? together)
    {
        var (utc, now) = (clock.UtcNow, clock.Now);
        var wait = together is { } at ? Math.Max(Headstart, (at - utc).ToNanoseconds()) : Headstart;
        return (together is null ? utc : utc + TimeSpan.FromTicks(wait / TimeSpan.NanosecondsPerTick), now + wait);
    }

    private static void Check(IReadOnlyList<ScenarioProps> scenarios)
    {
        if (scenarios.FirstOrDefault(s => s.Simulations.Count == 0) is { } idle)
            throw new HarnessException(
                $"Scenario '{idle.Name}' has no load simulation. Give one, such as Simulation.Inject(...), to WithLoadSimulations.");
        if (scenarios.GroupBy(s => s.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new HarnessException($"Two scenarios are named '{twice.Key}'. Rename one: the name is its key in every report.");
    }

    private ulong SeedOf(string scenario, PhaseKind phase) => SeededRandom.Mix(options.Seed, StableHash.Of($"{scenario}/{phase.Word()}"));
}
