namespace LoadHarness.Workloads.Parameters;

/// <summary>Whole numbers from a range; with digits behind the point, a draw counts in the last digit.</summary>
internal abstract class NumberSource(long from, long to, int digits = 0) : ValueSource
{
    public long From => from;

    public long To => to;

    public int Digits => digits;

    /// <summary>Numbers in the range, as many as there are or can be counted.</summary>
    protected ulong Count { get; } = unchecked((ulong)to - (ulong)from) is var span && span < ulong.MaxValue ? span + 1 : span;

    /// <param name="share">0 to 1, 1 excluded.</param>
    protected long At(double share)
    {
        var offset = (ulong)(share * Count);
        return unchecked((long)((ulong)from + Math.Min(offset, Count - 1)));
    }
}

internal sealed class UniformSource(long from, long to, int digits) : NumberSource(from, to, digits)
{
    public override long Draw(Random random, ReadOnlySpan<long> drawn) =>
        To == long.MaxValue ? At(random.NextDouble()) : random.NextInt64(From, To + 1);
}

/// <summary>
/// From the first number on, over and over. All users share it: each number is given out once, which of them gets it is up to time.
/// </summary>
/// <param name="places">Where it goes on from; null begins anew.</param>
internal sealed class SequentialSource(long from, long to, Sequence? places = null) : NumberSource(from, to)
{
    private readonly Sequence _places = places ?? new();

    public override long Draw(Random random, ReadOnlySpan<long> drawn) => Nth(_places.Next());

    public long Nth(ulong place) => unchecked((long)((ulong)From + (place % Count)));
}

/// <summary>A bell in the middle of the range, cut off where it ends; as pgbench's random_gaussian.</summary>
/// <param name="skew">Standard deviations from the middle to an end.</param>
internal sealed class GaussianSource(long from, long to, double skew) : NumberSource(from, to)
{
    public override long Draw(Random random, ReadOnlySpan<long> drawn)
    {
        double deviation;
        do
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            deviation = radius * Math.Sin(2 * Math.PI * random.NextDouble());
        }
        while (deviation < -skew || deviation >= skew);

        return At((deviation + skew) / (2 * skew));
    }
}

/// <summary>The first numbers most often; as pgbench's random_exponential.</summary>
internal sealed class ExponentialSource(long from, long to, double skew) : NumberSource(from, to)
{
    private readonly double _cut = Math.Exp(-skew);

    public override long Draw(Random random, ReadOnlySpan<long> drawn) =>
        At(-Math.Log(_cut + ((1 - _cut) * (1 - random.NextDouble()))) / skew);
}

/// <summary>
/// The k-th number with a probability as 1/k^s, by rejection-inversion (Hörmann and Derflinger 1996): no table, a draw or two each.
/// </summary>
internal sealed class ZipfSource : NumberSource
{
    private readonly double _exponent;
    private readonly double _first;
    private readonly double _last;
    private readonly double _sure;

    public ZipfSource(long from, long to, double exponent)
        : base(from, to)
    {
        _exponent = exponent;
        _first = Integral(1.5) - 1;
        _last = Integral(Count + 0.5);
        _sure = 2 - Inverse(Integral(2.5) - Height(2));
    }

    public override long Draw(Random random, ReadOnlySpan<long> drawn)
    {
        while (true)
        {
            var area = _last + (random.NextDouble() * (_first - _last));
            var x = Inverse(area);
            var rank = Math.Clamp(Math.Floor(x + 0.5), 1, Count);
            if (rank - x <= _sure || area >= Integral(rank + 0.5) - Height(rank))
                return unchecked((long)((ulong)From + (ulong)(rank - 1)));
        }
    }

    private double Height(double x) => Math.Exp(-_exponent * Math.Log(x));

    private double Integral(double x)
    {
        var log = Math.Log(x);
        return Ratio((1 - _exponent) * log) * log;
    }

    private double Inverse(double area)
    {
        var t = Math.Max(-1, area * (1 - _exponent));
        return Math.Exp(LogRatio(t) * area);
    }

    // (exp(x) - 1) / x, also near 0.
    private static double Ratio(double x) => Math.Abs(x) > 1e-8 ? (Math.Exp(x) - 1) / x : 1 + (x / 2 * (1 + (x / 3)));

    // log(1 + x) / x, also near 0.
    private static double LogRatio(double x) => Math.Abs(x) > 1e-8 ? Math.Log(1 + x) / x : 1 - (x * (0.5 - (x / 3)));
}

/// <summary>Moments, evenly; a draw counts in microseconds since 1970, as the server's do since 2000.</summary>
internal sealed class DateSource(DateTime from, DateTime to, bool wholeDays) : ValueSource
{
    private readonly long _from = MicrosecondsOf(from);
    private readonly long _to = MicrosecondsOf(to);

    public DateTime From => from;

    public DateTime To => to;

    public bool WholeDays => wholeDays;

    public override long Draw(Random random, ReadOnlySpan<long> drawn)
    {
        const long day = 86_400_000_000;
        return wholeDays
            ? _from + (day * random.NextInt64(((_to - _from) / day) + 1))
            : random.NextInt64(_from, _to + 1);
    }

    public static DateTime MomentOf(long drawn) => DateTime.UnixEpoch.AddTicks(drawn * TimeSpan.TicksPerMicrosecond);

    private static long MicrosecondsOf(DateTime moment) => (moment - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
