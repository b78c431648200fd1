namespace LoadHarness.Seeding.Loading;

/// <summary>Where a share, or a mean, of seeded rows may lie. Of few rows it lies further from the truth by chance.</summary>
/// <param name="Low">Of rows without end.</param>
/// <param name="High">Of rows without end.</param>
/// <param name="Deviation">Standard deviation from row to row; null of a share, where it follows from the share.</param>
internal sealed record ShareBounds(double Low, double High, double? Deviation = null)
{
    /// <summary>So far beyond a bound lies one sound seeding of thirty thousand, if its truth is the bound itself.</summary>
    private const int StandardErrors = 4;

    /// <summary>About a known mean.</summary>
    public static ShareBounds Around(double mean, double tolerance, double deviation) =>
        new(mean - tolerance, mean + tolerance, deviation);

    /// <summary>The bounds for a number of rows: the fewer, the wider.</summary>
    public (double Low, double High) At(long rows) => (Low - Chance(Low, rows), High + Chance(High, rows));

    private double Chance(double bound, long rows) =>
        StandardErrors * (Deviation ?? Math.Sqrt(bound * (1 - bound))) / Math.Sqrt(rows);
}
