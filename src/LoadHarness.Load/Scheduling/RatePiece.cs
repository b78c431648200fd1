namespace LoadHarness.Load.Scheduling;

/// <summary>A rate that is a straight line. Arrivals are counted by its integral.</summary>
/// <param name="From">Arrivals a second at its start.</param>
/// <param name="Seconds">May be infinite when the rate is constant.</param>
internal readonly record struct RatePiece(double From, double To, double Seconds)
{
    public double Arrivals => (From + To) / 2 * Seconds;

    /// <summary>When the integral reaches <paramref name="arrivals"/>, in seconds from the start of the piece.</summary>
    public double TimeOf(double arrivals)
    {
        if (arrivals <= 0) return 0;
        if (From == To) return arrivals / From;
        var slope = (To - From) / Seconds;
        // 2n / (r + sqrt(r^2 + 2an)) instead of the schoolbook form: no difference of nearly equal numbers.
        var root = Math.Sqrt(Math.Max(0, (From * From) + (2 * slope * arrivals)));
        return Math.Min(Seconds, 2 * arrivals / (From + root));
    }
}
