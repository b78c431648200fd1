using System.Diagnostics;
using LoadHarness.Agents.Messages;

namespace LoadHarness.Agents.Joining;

/// <summary>
/// How far this machine's wall clock is ahead of the coordinator's. Response times are taken with one machine's own clock; the difference
/// touches only when a phase begins and where a second of the timeline lies.
/// </summary>
internal static class ClockExchange
{
    private const int Exchanges = 10;

    /// <summary>
    /// The coordinator read its clock somewhere within a round trip; half of the shortest bounds the error, as in NTP.
    /// </summary>
    /// <param name="ask">The coordinator's clock.</param>
    public static async Task<ClockReading> ReadAsync(Func<Task<DateTimeOffset>> ask)
    {
        ClockReading? best = null;
        for (var exchange = 0; exchange < Exchanges; exchange++)
        {
            var (before, began) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
            var theirs = await ask();
            var trip = Stopwatch.GetElapsedTime(began);
            if (best is null || trip < best.RoundTrip) best = new((before + (trip / 2) - theirs).TotalSeconds, trip);
        }

        return best!;
    }
}
