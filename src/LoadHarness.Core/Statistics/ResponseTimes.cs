using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Statistics;

/// <summary>The response times of one operation as they are judged and compared, wherever that is.</summary>
public sealed class ResponseTimes
{
    private readonly Lazy<NeighbourSpread> _neighbours;

    public ResponseTimes(OperationResult operation)
    {
        Answered = LatencyHistogram.Decode(operation.Response.Encoded);
        _neighbours = new(() => new NeighbourSpread(operation.Timeline));
    }

    public LatencyHistogram Answered { get; }

    /// <summary>Null when fewer requests than one lie beyond it.</summary>
    public TimeSpan? Percentile(double percentile) => Answered.PercentileWithin(percentile);

    /// <summary>
    /// 95%, without assuming a distribution: the order statistics between which the percentile lies. Their ranks are those of independent
    /// requests (binomial, normal approximation), or further apart where neighbouring requests were alike. Ends are rounded outwards.
    /// </summary>
    /// <returns>
    /// Null when the requests do not reach far enough beyond the percentile. What they do reach is a matter of their number alone: what
    /// neighbours share widens an interval up to the slowest request, and leaves none undecided that lies within a limit as a whole.
    /// </returns>
    public ConfidenceInterval? Interval(double percentile, Func<TimeSpan, double> unit)
    {
        var exact = percentile * Answered.Count / 100;
        var independent = Intervals.NormalQuantile * Math.Sqrt(exact * (100 - percentile) / 100);
        if (Math.Floor(exact - independent) < 1 || exact + independent + 1 > Answered.Count) return null;

        // A share is less certain the more it is made of few stalls: the ends are looked at, too, and the wider spread holds.
        var spread = Math.Max(independent, SharedAt(exact));
        var low = exact - Math.Max(spread, SharedAt(exact - spread));
        var high = exact + Math.Max(spread, SharedAt(exact + spread + 1)) + 1;
        return new(unit(Answered.AtRank(Within(Math.Floor(low)))), unit(Answered.AtRank(Within(Math.Ceiling(high)))));
    }

    private double SharedAt(double rank) => _neighbours.Value.HalfWidth(Answered.NanosecondsAtRank(Within(Math.Ceiling(rank))));

    private long Within(double rank) => (long)Math.Clamp(rank, 1, Answered.Count);
}
