using LoadHarness.Core;

namespace LoadHarness.Load;

/// <summary>
/// Load simulations under NBomber's names. Rates may be fractions: 0.2 in an interval of a second is one arrival every five seconds.
/// </summary>
public static class Simulation
{
    /// <summary>Open model: <paramref name="rate"/> arrivals in every <paramref name="interval"/>, whatever the responses do.</summary>
    public static LoadSimulation Inject(double rate, TimeSpan interval, TimeSpan during, Arrivals arrivals = Arrivals.Even)
    {
        var perSecond = PerSecond(rate, interval, "Inject");
        return new RateSimulation(perSecond, perSecond, Positive(during, "Inject"), arrivals);
    }

    /// <summary>Open model: from the rate before (0 at first) in a straight line to <paramref name="rate"/>.</summary>
    public static LoadSimulation RampingInject(double rate, TimeSpan interval, TimeSpan during, Arrivals arrivals = Arrivals.Even) =>
        new RateSimulation(null, PerSecond(rate, interval, "RampingInject", zeroAllowed: true), Positive(during, "RampingInject"),
            arrivals);

    /// <summary>Open model: for every interval another rate between the two, from the run's seed.</summary>
    public static LoadSimulation InjectRandom(double minRate, double maxRate, TimeSpan interval, TimeSpan during)
    {
        var min = PerSecond(minRate, interval, "InjectRandom", zeroAllowed: true);
        var max = PerSecond(maxRate, interval, "InjectRandom");
        if (min > max)
            throw new HarnessException($"InjectRandom has a lowest rate of {minRate}, above its highest of {maxRate}. Exchange them.");
        return new RandomRateSimulation(min, max, interval, Positive(during, "InjectRandom"));
    }

    /// <summary>Open model: <paramref name="iterations"/> arrivals, <paramref name="rate"/> in every <paramref name="interval"/>.</summary>
    public static LoadSimulation IterationsForInject(double rate, TimeSpan interval, long iterations, Arrivals arrivals = Arrivals.Even) =>
        new CountedRateSimulation(PerSecond(rate, interval, "IterationsForInject"), Positive(iterations, "IterationsForInject"), arrivals);

    /// <summary>Closed model: so many users, each waiting for its response before the next request.</summary>
    public static LoadSimulation KeepConstant(int copies, TimeSpan during) =>
        new UsersSimulation((int)Positive(copies, "KeepConstant"), copies, Positive(during, "KeepConstant"));

    /// <summary>Closed model: from the users before (0 at first) in a straight line to <paramref name="copies"/>.</summary>
    public static LoadSimulation RampingConstant(int copies, TimeSpan during) => copies >= 0
        ? new UsersSimulation(null, copies, Positive(during, "RampingConstant"))
        : throw new HarnessException($"RampingConstant has {copies} copies. Give 0 or more.");

    /// <summary>Closed model: so many users share <paramref name="iterations"/>; ends with the last.</summary>
    public static LoadSimulation IterationsForConstant(int copies, long iterations) =>
        new CountedUsersSimulation((int)Positive(copies, "IterationsForConstant"), Positive(iterations, "IterationsForConstant"));

    public static LoadSimulation Pause(TimeSpan during) => new PauseSimulation(Positive(during, "Pause"));

    private static double PerSecond(double rate, TimeSpan interval, string simulation, bool zeroAllowed = false)
    {
        if (!double.IsFinite(rate) || rate < 0 || (rate == 0 && !zeroAllowed))
            throw new HarnessException($"{simulation} has a rate of {rate}. Give a positive number.");
        return rate / Positive(interval, simulation).TotalSeconds;
    }

    private static TimeSpan Positive(TimeSpan duration, string simulation) => duration > TimeSpan.Zero
        ? duration
        : throw new HarnessException($"{simulation} has a duration of {duration}. Give a positive one.");

    private static long Positive(long number, string simulation) => number > 0
        ? number
        : throw new HarnessException($"{simulation} has {number} copies or iterations. Give at least 1.");
}
