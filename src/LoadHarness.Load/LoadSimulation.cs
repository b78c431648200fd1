namespace LoadHarness.Load;

/// <summary>A stretch of load. <see cref="Simulation"/> makes them; their text is what reports print.</summary>
public abstract record LoadSimulation
{
    private protected LoadSimulation()
    {
    }

    internal static string Seconds(TimeSpan duration) => $"{duration.TotalSeconds:0.###} s";

    internal static string Number(double rate) => rate.ToString("0.######");
}

/// <summary>Open model: arrivals at a rate that is a straight line over the stretch.</summary>
/// <param name="FromPerSecond">Null continues from the rate before.</param>
public sealed record RateSimulation(double? FromPerSecond, double ToPerSecond, TimeSpan During, Arrivals Arrivals) : LoadSimulation
{
    public override string ToString() => FromPerSecond == ToPerSecond
        ? $"Inject {Number(ToPerSecond)}/s for {Seconds(During)}{(Arrivals == Arrivals.Poisson ? ", Poisson" : "")}"
        : $"RampingInject to {Number(ToPerSecond)}/s over {Seconds(During)}{(Arrivals == Arrivals.Poisson ? ", Poisson" : "")}";
}

/// <summary>Open model: a rate drawn anew for every interval.</summary>
public sealed record RandomRateSimulation(double MinPerSecond, double MaxPerSecond, TimeSpan Interval, TimeSpan During) : LoadSimulation
{
    public override string ToString() => $"InjectRandom {Number(MinPerSecond)} to {Number(MaxPerSecond)}/s for {Seconds(During)}";
}

/// <summary>Open model: so many arrivals at a rate.</summary>
public sealed record CountedRateSimulation(double PerSecond, long Iterations, Arrivals Arrivals) : LoadSimulation
{
    public override string ToString() => $"IterationsForInject {Iterations} at {Number(PerSecond)}/s";
}

/// <summary>Closed model: a number of users that is a straight line over the stretch.</summary>
/// <param name="FromCopies">Null continues from the number before.</param>
public sealed record UsersSimulation(int? FromCopies, int ToCopies, TimeSpan During) : LoadSimulation
{
    public override string ToString() => FromCopies == ToCopies
        ? $"KeepConstant {ToCopies} for {Seconds(During)}"
        : $"RampingConstant to {ToCopies} over {Seconds(During)}";
}

/// <summary>Closed model: users who share so many iterations.</summary>
public sealed record CountedUsersSimulation(int Copies, long Iterations) : LoadSimulation
{
    public override string ToString() => $"IterationsForConstant {Iterations} by {Copies}";
}

public sealed record PauseSimulation(TimeSpan During) : LoadSimulation
{
    public override string ToString() => $"Pause {Seconds(During)}";
}
