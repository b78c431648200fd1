using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Statistics;

/// <summary>
/// The response times of one operation as they are judged and compared, wherever that is. A request that never came back counts as longer
/// than every answer: a percentile is one of all requests that should have had a response. One that failed had its answer, an error, which
/// is no response time: it counts in the share of failed requests alone.
/// </summary>
public sealed class ResponseTimes
{
    private readonly Lazy<NeighbourSpread> _neighbours;

    public ResponseTimes(OperationResult operation)
    {
        Answered = LatencyHistogram.Decode(operation.Response.Encoded);
        Lost = operation.Accounting.Skipped + operation.Accounting.InFlight;
        _neighbours = new(() => new NeighbourSpread(operation.Timeline));
    }

    public LatencyHistogram Answered { get; }

    /// <summary>Requests that never came back: without an answer, or skipped at the limit in flight.</summary>
    public long Lost { get; }

    private long All => Answered.Count + Lost;

    /// <summary>Null when fewer requests than one lie beyond it, and when it lies among those that never came back.</summary>
    public TimeSpan? Percentile(double percentile) => Answered.PercentileWithin(percentile, Lost);

    /// <summary>
    /// 95%, without assuming a distribution: the order statistics between which the percentile lies. Their ranks are those of independent
    /// requests (binomial, normal approximation), or further apart where neighbouring requests were alike. Ends are rounded outwards.
    /// </summary>
    /// <returns>
    /// Null when the requests do not reach far enough beyond the percentile. The upper end is infinite where it lies among requests that
    /// never came back. Both are a matter of numbers alone: what neighbours share widens an interval up to the slowest answer, and leaves
    /// none undecided that lies within a limit as a whole.
    /// </returns>
    public ConfidenceInterval? Interval(double percentile, Func<TimeSpan, double> unit)
    {
        var exact = percentile * All / 100;
        var independent = Intervals.NormalQuantile * Math.Sqrt(exact * (100 - percentile) / 100);
        var lowest = Math.Floor(exact - independent);
        if (lowest < 1 || lowest > Answered.Count || exact + independent + 1 > All) return null;

        // A share is less certain the more it is made of few stalls: the ends are looked at, too, and the wider spread holds.
        var spread = Math.Max(independent, SharedAt(exact));
        var low = exact - Math.Max(spread, SharedAt(exact - spread));
        var high = exact + Math.Max(spread, SharedAt(exact + spread + 1)) + 1;
        return new(
            unit(Answered.AtRank(Within(Math.Floor(low)))),
            exact + independent + 1 > Answered.Count ? double.PositiveInfinity : unit(Answered.AtRank(Within(Math.Ceiling(high)))));
    }

    private double SharedAt(double rank) => _neighbours.Value.HalfWidth(Answered.NanosecondsAtRank(Within(Math.Ceiling(rank))));

    private long Within(double rank) => (long)Math.Clamp(rank, 1, Answered.Count);
}
