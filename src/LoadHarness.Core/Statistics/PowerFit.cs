using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Statistics;

/// <summary>A power law through measured points, by least squares on logarithms: log figure = a + b log size.</summary>
/// <param name="Points">How many sizes it rests on.</param>
/// <param name="Exponent">b: 0 is flat, 1 is in proportion to the size.</param>
/// <param name="ExponentInterval">95%, by Student's t.</param>
/// <param name="MiddleLogSize">Mean of the sizes' logarithms, where the line is known best.</param>
/// <param name="MiddleLogFigure">The line's height there.</param>
/// <param name="SpreadOfSizes">Sum of the squared distances of the sizes' logarithms from their mean.</param>
/// <param name="Deviation">Standard deviation of the points from the line, on the logarithmic scale.</param>
public sealed record PowerFit(
    int Points,
    double Exponent,
    ConfidenceInterval ExponentInterval,
    double MiddleLogSize,
    double MiddleLogFigure,
    double SpreadOfSizes,
    double Deviation)
{
    /// <summary>Fewer leave no degree of freedom for an interval.</summary>
    public const int FewestPoints = 3;

    private const double Tail = 0.025;

    /// <summary>What rounds to nothing has no sign.</summary>
    private const string TwoDecimals = "0.00;-0.00;0.00";

    private const int Steps = 2_000;

    public string ExponentWords() => Exponent.ToString(TwoDecimals);

    public string IntervalWords() => $"{ExponentInterval.Low.ToString(TwoDecimals)} to {ExponentInterval.High.ToString(TwoDecimals)}";

    /// <param name="points">Sizes and figures. Only what is above zero has a logarithm.</param>
    /// <param name="smallestDeviation">
    /// What one point is known to differ by anyway: three points on a line by chance must not look exact.
    /// </param>
    /// <returns>Null below three different sizes, or when a figure is not above zero.</returns>
    public static PowerFit? Of(IReadOnlyList<(double Size, double Figure)> points, double smallestDeviation)
    {
        var usable = points.All(point => point is { Size: > 0, Figure: > 0 } && double.IsFinite(point.Size)
            && double.IsFinite(point.Figure));
        if (!usable || points.Select(point => point.Size).Distinct().Count() < FewestPoints) return null;

        var logs = points.Select(point => (X: Math.Log(point.Size), Y: Math.Log(point.Figure))).ToList();
        var (middleX, middleY) = (logs.Average(log => log.X), logs.Average(log => log.Y));
        var spread = logs.Sum(log => (log.X - middleX) * (log.X - middleX));
        var exponent = logs.Sum(log => (log.X - middleX) * (log.Y - middleY)) / spread;
        var squares = logs.Sum(log => Math.Pow(log.Y - middleY - (exponent * (log.X - middleX)), 2));
        var deviation = Math.Max(smallestDeviation, Math.Sqrt(squares / (logs.Count - 2)));
        var half = StudentT.UpperQuantile(Tail, logs.Count - 2) * deviation / Math.Sqrt(spread);
        return new(logs.Count, exponent, new(exponent - half, exponent + half), middleX, middleY, spread, deviation);
    }

    public double At(double size) => FigureRange.Exp(LogAt(Math.Log(size)));

    /// <summary>Where one more measurement at this size is expected, with 95%; within what a record may hold.</summary>
    public ConfidenceInterval Forecast(double size) =>
        new(FigureRange.Exp(Band(Math.Log(size), -1, 1)), FigureRange.Exp(Band(Math.Log(size), 1, 1)));

    /// <summary>
    /// The size at which the line passes the limit, between <paramref name="from"/> and <paramref name="to"/>; those where it passes before
    /// or never.
    /// </summary>
    public (double Size, ConfidenceInterval Interval) SizeAt(double limit, double from, double to)
    {
        var height = Math.Log(limit);
        return (First(LogAt), new(First(x => Band(x, 1, 0)), First(x => Band(x, -1, 0))));

        double First(Func<double, double> line)
        {
            var (low, step) = (Math.Log(from), Math.Log(to / from) / Steps);
            if (line(low) > height) return from;
            for (var i = 1; i < Steps; i++)
                if (line(low + (i * step)) > height)
                    return Math.Exp(Bisection.Of(x => line(x) <= height, low + ((i - 1) * step), low + (i * step)));
            return to;
        }
    }

    private double LogAt(double logSize) => MiddleLogFigure + (Exponent * (logSize - MiddleLogSize));

    // One more measurement (ofOne = 1) scatters itself; the line (0) does not.
    private double Band(double logSize, int side, int ofOne)
    {
        var distance = logSize - MiddleLogSize;
        var error = Deviation * Math.Sqrt(ofOne + (1.0 / Points) + (distance * distance / SpreadOfSizes));
        return LogAt(logSize) + (side * StudentT.UpperQuantile(Tail, Points - 2) * error);
    }
}
