namespace LoadHarness.Load.Scheduling;

/// <summary>
/// The intended starts of one open simulation, each computed from the start of the simulation: nothing adds up, so nothing drifts.
/// </summary>
/// <param name="first">Arrivals until the first even one is due, below 1: what the stretch before left over.</param>
internal sealed class ArrivalSchedule(IEnumerable<RatePiece> pieces, Arrivals arrivals, SeededRandom random, long? limit, double first)
{
    // Sums such as 0.1 s x 10/s fall a little next to the whole number that is meant.
    private const double Rounding = 1e-9;

    /// <summary>
    /// Arrivals until the next even one is due when this stretch has ended. Stretches of 2.5 arrivals each make 5 in two, and not 6. A
    /// stretch of random or counted arrivals leaves it as it was.
    /// </summary>
    public double Owed
    {
        get
        {
            if (arrivals != Arrivals.Even || limit is not null) return first;
            var all = pieces.Sum(piece => piece.Arrivals);
            return Math.Max(0, first - all + Math.Max(0, Math.Ceiling(all - first - Tolerance(all))));
        }
    }

    /// <summary>Arrivals a second as it ends: where a ramp behind it begins.</summary>
    public double LastRate => pieces.Last().To;

    /// <summary>Nanoseconds from the start of the simulation, ascending.</summary>
    public IEnumerable<long> Offsets()
    {
        var (next, made, before, start) = (FirstLevel(), 0L, 0.0, 0.0);
        foreach (var piece in pieces)
        {
            var end = before + piece.Arrivals;
            var last = double.IsInfinity(end) ? end : end - Tolerance(end);
            for (; next < last && made != limit; made++, next = NextLevel(next))
                yield return Nanoseconds(start + piece.TimeOf(next - before));
            if (made == limit) yield break;
            (before, start) = (end, start + piece.Seconds);
        }
    }

    /// <param name="owed"><see cref="Owed"/> of the stretch before; 0 for the first.</param>
    public static ArrivalSchedule Of(LoadSimulation simulation, double rateBefore, SeededRandom random, double owed) => simulation switch
    {
        RateSimulation s => new([new(s.FromPerSecond ?? rateBefore, s.ToPerSecond, s.During.TotalSeconds)], s.Arrivals, random, null, owed),
        RandomRateSimulation s => new(RandomPieces(s, random.NextBits()), Arrivals.Even, random, null, owed),
        CountedRateSimulation s => new([new(s.PerSecond, s.PerSecond, double.PositiveInfinity)], s.Arrivals, random, s.Iterations, owed),
        _ => throw new ArgumentOutOfRangeException(nameof(simulation), simulation, "Not an open model."),
    };

    private double FirstLevel() => arrivals == Arrivals.Poisson ? Gap() : limit is null ? first : 0;

    private double NextLevel(double level) => level + (arrivals == Arrivals.Even ? 1 : Gap());

    private double Gap() => -Math.Log(1 - random.NextDouble());

    private static double Tolerance(double level) => Rounding * Math.Max(1, level);

    private static IEnumerable<RatePiece> RandomPieces(RandomRateSimulation simulation, ulong seed)
    {
        var random = new SeededRandom(seed);
        for (var left = simulation.During; left > TimeSpan.Zero; left -= simulation.Interval)
        {
            var rate = simulation.MinPerSecond + (random.NextDouble() * (simulation.MaxPerSecond - simulation.MinPerSecond));
            var seconds = (left < simulation.Interval ? left : simulation.Interval).TotalSeconds;
            yield return new RatePiece(rate, rate, seconds);
        }
    }

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
