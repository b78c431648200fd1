using LoadHarness.Core.Measurement;

namespace LoadHarness.Load.Running;

/// <summary>Counts the seconds in a row in which a threshold was passed. A second in which nothing ended changes nothing but the count.</summary>
internal sealed class ThresholdWatch(Threshold threshold)
{
    private int _seconds;
    private bool _passing;

    public Threshold Threshold => threshold;

    public bool IsPassed(SecondSample second, string? encoded)
    {
        _passing = threshold switch
        {
            ErrorRateThreshold limit => IsPassed(limit, second) ?? _passing,
            ResponseTimeThreshold limit when encoded is not null => LatencyHistogram.Decode(encoded).Percentile(limit.Percentile) > limit.Limit,
            _ => _passing,
        };
        _seconds = _passing ? _seconds + 1 : 0;
        return _seconds > 0 && _seconds >= threshold.During.TotalSeconds;
    }

    private static bool? IsPassed(ErrorRateThreshold threshold, SecondSample second)
    {
        var wrong = second.Failed + second.Skipped;
        var ended = wrong + second.Completed;
        return ended == 0 ? null : (double)wrong / ended > threshold.Limit;
    }
}
