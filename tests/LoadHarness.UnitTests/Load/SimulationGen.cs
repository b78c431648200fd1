using CsCheck;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>Simulations of the open model, for properties that hold for each of them.</summary>
internal static class SimulationGen
{
    public static Gen<TimeSpan> Length { get; } = Gen.Int[100, 4000].Select(ms => Milliseconds(ms));

    public static Gen<LoadSimulation> Open { get; } = Gen.OneOf(
        Gen.Select(Gen.Double[0.1, 50], Length, Gen.Bool, (rate, during, poisson) =>
            Simulation.Inject(rate, Seconds(1), during, poisson ? Arrivals.Poisson : Arrivals.Even)),
        Gen.Select(Gen.Double[0, 50], Length, (rate, during) => Simulation.RampingInject(rate, Seconds(1), during)),
        Gen.Select(Gen.Double[0, 20], Gen.Double[20.1, 60], Length,
            (min, max, during) => Simulation.InjectRandom(min, max, Seconds(0.3), during)),
        Gen.Select(Gen.Double[1, 100], Gen.Int[1, 40], Gen.Bool, (rate, n, poisson) =>
            Simulation.IterationsForInject(rate, Seconds(1), n, poisson ? Arrivals.Poisson : Arrivals.Even)),
        Length.Select(Simulation.Pause));
}
