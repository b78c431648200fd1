using LoadHarness.Load.Clocks;
using LoadHarness.Load.Scheduling;

namespace LoadHarness.Load.Running;

/// <param name="Start">When the first simulation begins, by the clock.</param>
/// <param name="Seed">Of this scenario in this phase.</param>
internal sealed record PhaseSetting(
    ScenarioProps Scenario,
    IReadOnlyList<LoadSimulation> Simulations,
    PhaseKind Phase,
    Dispatcher Dispatcher,
    IterationThreads Threads,
    LoadRunnerOptions Options,
    Instant Start,
    ulong Seed,
    IProgress<LoadSnapshot>? Progress);
