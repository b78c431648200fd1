using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;

namespace LoadHarness.Load.Running;

/// <summary>
/// What has no response at a moment: how many requests, and how long those have waited that have waited longer than a second.
/// </summary>
internal sealed class InFlightLook(Instant now)
{
    private const long Second = 1_000_000_000;

    public int Count { get; private set; }

    /// <summary>The least that these will have taken when they are answered.</summary>
    public LatencyHistogram Ages { get; } = new();

    /// <param name="since">When it should have started.</param>
    public void See(Instant since)
    {
        Count++;
        if (now - since >= Second) Ages.RecordNanoseconds(now - since);
    }

    public long OlderThan(TimeSpan age) => Ages.Counts().Where(c => c.Nanoseconds > age.TotalNanoseconds).Sum(c => c.Count);
}
