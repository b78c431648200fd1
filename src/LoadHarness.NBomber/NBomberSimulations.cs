using LoadHarness.Core;
using LoadHarness.Load;
using Theirs = NBomber.CSharp.Simulation;

namespace LoadHarness.NBomber;

internal static class NBomberSimulations
{
    public static global::NBomber.Contracts.LoadSimulation Translate(LoadSimulation simulation) => simulation switch
    {
        RateSimulation { Arrivals: Arrivals.Even, FromPerSecond: not null } s =>
            Over(s.ToPerSecond, (rate, interval) => Theirs.Inject(rate, interval, s.During)),
        RateSimulation { Arrivals: Arrivals.Even } s =>
            Over(s.ToPerSecond, (rate, interval) => Theirs.RampingInject(rate, interval, s.During)),
        RandomRateSimulation s => Theirs.InjectRandom(
            Whole(s.MinPerSecond * s.Interval.TotalSeconds), Whole(s.MaxPerSecond * s.Interval.TotalSeconds), s.Interval, s.During),
        CountedRateSimulation { Arrivals: Arrivals.Even } s =>
            Over(s.PerSecond, (rate, interval) => IterationsForInject(rate, interval, s)),
        UsersSimulation { FromCopies: not null } s => Theirs.KeepConstant(s.ToCopies, s.During),
        UsersSimulation s => Theirs.RampingConstant(s.ToCopies, s.During),
        CountedUsersSimulation s => IterationsForConstant(s),
        PauseSimulation s => Theirs.Pause(s.During),
        _ => throw new HarnessException($"NBomber has no '{simulation}'. Run it on the built-in engine: leave --engine out."),
    };

#if NBOMBER_ITERATIONS
    private static global::NBomber.Contracts.LoadSimulation IterationsForInject(int rate, TimeSpan interval, CountedRateSimulation s) =>
        Theirs.IterationsForInject(rate, interval, checked((int)s.Iterations));

    private static global::NBomber.Contracts.LoadSimulation IterationsForConstant(CountedUsersSimulation s) =>
        Theirs.IterationsForConstant(s.Copies, checked((int)s.Iterations));
#else
    /// <summary>A load that is stopped by the number of its iterations has to go on until then.</summary>
    private static readonly TimeSpan UntilStopped = TimeSpan.FromHours(12);

    private static global::NBomber.Contracts.LoadSimulation IterationsForInject(int rate, TimeSpan interval, CountedRateSimulation s) =>
        Theirs.Inject(rate, interval, UntilStopped);

    private static global::NBomber.Contracts.LoadSimulation IterationsForConstant(CountedUsersSimulation s) =>
        Theirs.KeepConstant(s.Copies, UntilStopped);
#endif

    // NBomber takes whole rates: 2.5 a second becomes 5 in two seconds.
    private static global::NBomber.Contracts.LoadSimulation Over(
        double perSecond, Func<int, TimeSpan, global::NBomber.Contracts.LoadSimulation> make)
    {
        for (var seconds = 1; seconds <= 60; seconds++)
        {
            var rate = Math.Round(perSecond * seconds);
            if ((rate >= 1 || perSecond == 0) && Math.Abs((perSecond * seconds) - rate) < 1e-6)
                return make((int)rate, TimeSpan.FromSeconds(seconds));
        }

        throw new HarnessException(
            $"NBomber takes whole rates, and {perSecond} a second is none over any minute. Choose another rate, or leave --engine out.");
    }

    private static int Whole(double rate) => Math.Abs(rate - Math.Round(rate)) < 1e-6
        ? (int)Math.Round(rate)
        : throw new HarnessException(
            $"NBomber takes whole rates, and InjectRandom has {rate} in an interval. Choose another rate, or leave --engine out.");
}
