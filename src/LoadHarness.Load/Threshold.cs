namespace LoadHarness.Load;

/// <summary>
/// A limit that ends a scenario early when it is passed in every second of a given time. Its text is the reason in the report.
/// </summary>
public abstract record Threshold(TimeSpan During)
{
    /// <summary>
    /// Failed and skipped over everything that ended in a second. A request that has had no response for the threshold's whole time counts
    /// as failed in each further second, so that a server that stands still is seen.
    /// </summary>
    /// <param name="limit">0 to 1.</param>
    public static Threshold ErrorRate(double limit, TimeSpan during) => new ErrorRateThreshold(limit, during);

    /// <param name="percentile">
    /// 0 to 100, of the response times of each second, and of the ages of requests that have waited for longer than a second.
    /// </param>
    public static Threshold ResponseTime(double percentile, TimeSpan limit, TimeSpan during) =>
        new ResponseTimeThreshold(percentile, limit, during);
}

public sealed record ErrorRateThreshold(double Limit, TimeSpan During) : Threshold(During)
{
    public override string ToString() => $"error rate above {Limit:0.##%} for {During.TotalSeconds:0.###} s";
}

public sealed record ResponseTimeThreshold(double Percentile, TimeSpan Limit, TimeSpan During) : Threshold(During)
{
    public override string ToString() =>
        $"p{Percentile:0.###} response time above {Limit.TotalMilliseconds:0.###} ms for {During.TotalSeconds:0.###} s";
}
