namespace LoadHarness.Reporting.Charts;

/// <summary>One direction of a chart: where a value lies, and which values are labelled.</summary>
/// <param name="Label">A value in words, with its unit.</param>
internal abstract record Axis(double From, double To, Func<double, string> Label)
{
    /// <summary>0 at the beginning, 1 at the end; values outside lie on the edge.</summary>
    public double Share(double value) => Math.Clamp(Position(value), 0, 1);

    public bool Holds(double value) => value >= From && value <= To;

    public abstract IEnumerable<double> Ticks(int about);

    protected abstract double Position(double value);

    /// <summary>Beyond a million billions nothing here is a measurement, and an axis for it would have no sensible ticks.</summary>
    public static bool Drawable(double value) => Math.Abs(value) < 1e15;
}

/// <summary>Equal steps of 1, 2 or 5 times a power of ten, or of whatever <paramref name="Steps"/> names.</summary>
internal record LinearAxis(double From, double To, Func<double, string> Label, IReadOnlyList<double>? Steps = null) : Axis(From, To, Label)
{
    private static readonly double[] Round = [1, 2, 5, 10];

    public override IEnumerable<double> Ticks(int about)
    {
        var rough = (To - From) / Math.Max(1, about);
        if (!(rough > 0) || !double.IsFinite(rough)) return [From];
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = Steps?.Cast<double?>().FirstOrDefault(candidate => candidate >= rough * 0.9)
            ?? power * Round.First(factor => factor * power >= rough * 0.9);
        var first = Math.Ceiling((From / step) - 1e-9);
        return Enumerable.Range(0, (int)Math.Min(50, Math.Floor((To / step) + 1e-9) - first + 1)).Select(index => (first + index) * step);
    }

    protected override double Position(double value) => To > From ? (value - From) / (To - From) : 0;

    /// <summary>From zero to a little above the highest of the values that can be drawn.</summary>
    public static LinearAxis UpTo(IEnumerable<double> values, Func<double, string> label, bool bytes = false)
    {
        var highest = values.Where(Drawable).DefaultIfEmpty(0).Max();
        return new(0, highest <= 0 ? 1 : highest * 1.12, label, bytes ? ByteSteps : null);
    }

    /// <summary>Whole kibibytes, mebibytes, ...: 1, 2, 5, 10, 20, 50, 100, 200, 500 of each.</summary>
    private static IReadOnlyList<double> ByteSteps { get; } =
        [.. from power in Enumerable.Range(0, 6) from factor in new[] { 1.0, 2, 5, 10, 20, 50, 100, 200, 500 } select factor * Math.Pow(
            1024, power)];
}

/// <summary>Seconds since a beginning.</summary>
internal sealed record ClockAxis(double From, double To)
    : LinearAxis(From, To, Words, [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 604_800])
{
    public static string Words(double seconds) => seconds switch
    {
        < 120 => $"{seconds:0.#} s",
        < 7_200 when seconds % 60 != 0 => $"{Math.Floor(seconds / 60):0} min {seconds % 60:0} s",
        < 7_200 => $"{seconds / 60:0} min",
        < 172_800 => $"{seconds / 3_600:0.#} h",
        _ => $"{seconds / 86_400:0.#} d",
    };
}

/// <summary>Equal steps are equal factors: for figures that span several powers of ten.</summary>
internal sealed record LogAxis(double From, double To, Func<double, string> Label) : Axis(From, To, Label)
{
    /// <summary>Below 10 µs no request over a socket ends.</summary>
    public const double ShortestMilliseconds = 0.01;

    public override IEnumerable<double> Ticks(int about)
    {
        var (low, high) = ((int)Math.Floor(Math.Log10(From)), (int)Math.Ceiling(Math.Log10(To)));
        IEnumerable<double> At(params double[] steps) =>
            Enumerable.Range(low, high - low + 1).SelectMany(decade => steps.Select(step => step * Math.Pow(10, decade)))
                .Where(value => value >= From * 0.999 && value <= To * 1.001);
        var candidates = new[] { At(1, 1.5, 2, 3, 5, 7), At(1, 2, 5), At(1, 3), At(1) }.Select(ticks => ticks.ToList());
        var fitting = candidates.FirstOrDefault(ticks => ticks.Count <= about);
        if (fitting is not null) return fitting;
        var decades = At(1).ToList();
        var every = (int)Math.Ceiling(decades.Count / (double)Math.Max(1, about));
        return decades.Where((_, index) => index % every == 0);
    }

    protected override double Position(double value) => value <= 0 ? 0 : Math.Log10(value / From) / Math.Log10(To / From);

    /// <summary>Response times: the range of the values with a little room, at least half a power of ten.</summary>
    public static LogAxis OfMilliseconds(IEnumerable<double> values)
    {
        var drawable = values.Where(value => value > 0 && Drawable(value)).Select(value => Math.Max(value, ShortestMilliseconds))
            .DefaultIfEmpty(1).ToList();
        var (low, high) = (drawable.Min() / 1.25, drawable.Max() * 1.25);
        var middle = Math.Sqrt(low * high);
        return new(Math.Min(low, middle / 2.5), Math.Max(high, middle * 2.5), Milliseconds);
    }

    public static string Milliseconds(double value) => value switch
    {
        < 0.9995 => $"{value * 1000:#,0.##} µs",
        < 999.5 => $"{value:#,0.##} ms",
        _ => $"{value / 1000:#,0.##} s",
    };
}
