namespace LoadHarness.Core.Verdicts;

/// <summary>What a figure on record may be: what is written within it is not refused as damaged when it is read back.</summary>
public static class FigureRange
{
    /// <summary>Sums and products of such figures stay finite.</summary>
    public const double Largest = 1e15;

    /// <summary>e to a power, within what a figure and its reciprocal may be: an interval of logarithms can have any width.</summary>
    public static double Exp(double power) => Math.Clamp(Math.Exp(power), 1 / Largest, Largest);

    /// <summary>The nearest figure within the range; what is not finite stays so, because it is no figure.</summary>
    public static double Clamp(double figure) => double.IsFinite(figure) ? Math.Clamp(figure, -Largest, Largest) : figure;
}
