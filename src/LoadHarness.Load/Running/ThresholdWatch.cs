using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Running;

/// <summary>
/// Counts the seconds in a row in which a threshold was passed. A second in which nothing ended changes nothing but the count.
/// </summary>
internal sealed class ThresholdWatch(Threshold threshold)
{
    private int _seconds;
    private bool _passing;

    public Threshold Threshold => threshold;

    /// <param name="seen">Response times of the second, and the ages of what has waited for longer than one.</param>
    public bool IsPassed(SecondSample second, LatencyHistogram seen, InFlightLook inFlight)
    {
        var unanswered = inFlight.OlderThan(threshold.During);
        // What has waited for the whole of the threshold's time was unanswered in each second of it.
        if (threshold is ErrorRateThreshold rate && IsPassed(rate, unanswered, unanswered + Ended(second)) == true) return true;
        _passing = threshold switch
        {
            ErrorRateThreshold limit => IsPassed(limit, second.Failed + second.Skipped + unanswered, unanswered + Ended(second))
                ?? _passing,
            ResponseTimeThreshold limit when seen.Count > 0 => seen.Percentile(limit.Percentile) > limit.Limit,
            _ => _passing,
        };
        _seconds = _passing ? _seconds + 1 : 0;
        return _seconds > 0 && _seconds >= threshold.During.TotalSeconds;
    }

    private static long Ended(SecondSample second) => second.Completed + second.Failed + second.Skipped;

    private static bool? IsPassed(ErrorRateThreshold threshold, long wrong, long all) =>
        all == 0 ? null : (double)wrong / all > threshold.Limit;
}
