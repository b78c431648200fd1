namespace LoadHarness.Core.Proving;

/// <summary>How far the means of batches of calls lie apart: whether more calls would say something else.</summary>
public static class BatchSpread
{
    /// <summary>A share of the figure.</summary>
    public const double Near = 0.01;

    /// <summary>Half a block a call more or less says nothing.</summary>
    private const double Least = 0.5;

    /// <returns>The distance of the highest and the lowest, as a share of their mean.</returns>
    public static double Of(IReadOnlyCollection<double> batches) =>
        batches.Count == 0 || batches.Max() - batches.Min() <= Least ? 0 : (batches.Max() - batches.Min()) / batches.Average();
}
