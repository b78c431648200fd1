namespace LoadHarness.Load.Scheduling;

/// <summary>The intended starts of one open simulation, each computed from the start of the simulation: nothing adds up, so nothing drifts.</summary>
internal sealed class ArrivalSchedule(IEnumerable<RatePiece> pieces, Arrivals arrivals, SeededRandom random, long? limit)
{
    // Sums such as 0.1 s x 10/s fall a little beside the whole number that is meant.
    private const double Rounding = 1e-9;

    /// <summary>Nanoseconds from the start of the simulation, ascending.</summary>
    public IEnumerable<long> Offsets()
    {
        var (next, made, before, start) = (FirstLevel(), 0L, 0.0, 0.0);
        foreach (var piece in pieces)
        {
            var end = before + piece.Arrivals;
            var last = double.IsInfinity(end) ? end : end - (Rounding * Math.Max(1, end));
            for (; next < last && made != limit; made++, next = NextLevel(next))
                yield return Nanoseconds(start + piece.TimeOf(next - before));
            if (made == limit) yield break;
            (before, start) = (end, start + piece.Seconds);
        }
    }

    public static ArrivalSchedule Of(LoadSimulation simulation, double rateBefore, SeededRandom random) => simulation switch
    {
        RateSimulation s => new([new(s.FromPerSecond ?? rateBefore, s.ToPerSecond, s.During.TotalSeconds)], s.Arrivals, random, null),
        RandomRateSimulation s => new(RandomPieces(s, new SeededRandom(random.NextBits())), Arrivals.Even, random, null),
        CountedRateSimulation s => new([new(s.PerSecond, s.PerSecond, double.PositiveInfinity)], s.Arrivals, random, s.Iterations),
        _ => throw new ArgumentOutOfRangeException(nameof(simulation), simulation, "Not an open model."),
    };

    private double FirstLevel() => arrivals == Arrivals.Even ? 0 : Gap();

    private double NextLevel(double level) => level + (arrivals == Arrivals.Even ? 1 : Gap());

    private double Gap() => -Math.Log(1 - random.NextDouble());

    private static IEnumerable<RatePiece> RandomPieces(RandomRateSimulation simulation, SeededRandom random)
    {
        for (var left = simulation.During; left > TimeSpan.Zero; left -= simulation.Interval)
        {
            var rate = simulation.MinPerSecond + (random.NextDouble() * (simulation.MaxPerSecond - simulation.MinPerSecond));
            var seconds = (left < simulation.Interval ? left : simulation.Interval).TotalSeconds;
            yield return new RatePiece(rate, rate, seconds);
        }
    }

    private static long Nanoseconds(double seconds) => (long)Math.Round(seconds * 1e9);
}
