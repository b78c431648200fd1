namespace LoadHarness.Load.SelfCheck;

/// <summary>
/// Starts held against the even schedule that was asked for, from its known beginning: one that is always late by the same time is late
/// here too.
/// </summary>
/// <param name="starts">By number of the arrival, by the stub's own clock.</param>
/// <param name="beginning">When the first was meant to start.</param>
internal sealed class StartTimes(double rate, IReadOnlyList<long> starts, long beginning)
{
    private readonly double[] _seconds = [.. starts.Select(start => (start - beginning) / 1e9)];
    private readonly double[] _deviations =
        [.. starts.Select((start, k) => Math.Abs(((start - beginning) / 1e6) - (k * 1000 / rate))).Order()];

    /// <summary>Of the mean rate, in percent.</summary>
    public double RateError => Math.Abs((((_seconds.Length - 1) / (_seconds[^1] - _seconds[0])) / rate) - 1) * 100;

    /// <summary>Arrivals of the whole second that is furthest from the rate, in percent of it.</summary>
    public double WorstSecond
    {
        get
        {
            var counts = new int[(int)Math.Round(_seconds.Length / rate)];
            // Half an arrival's time of patience: the one that is due as a second begins belongs to it, and so it does a little early or
            // late.
            foreach (var second in _seconds.Select(s => (int)Math.Floor(s + (0.5 / rate))))
                if (second >= 0 && second < counts.Length)
                    counts[second]++;
            return counts.Max(count => Math.Abs((count / rate) - 1)) * 100;
        }
    }

    /// <summary>Milliseconds that a start lies next to its intended time, early or late: the nearest rank.</summary>
    /// <param name="share">0 to 1.</param>
    public double Deviation(double share) =>
        _deviations[Math.Clamp((int)Math.Ceiling(_deviations.Length * share) - 1, 0, _deviations.Length - 1)];
}
