using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>One live view of all agents: a second is told when each has told it.</summary>
internal sealed class FleetProgress(IProgress<LoadSnapshot> live, int agents)
{
    private const int MostOpen = 100;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Scenario, PhaseKind Phase, TimeSpan Elapsed), Dictionary<int, LoadSnapshot>> _open = [];

    public void Take(int agent, LoadSnapshot second)
    {
        List<LoadSnapshot>? whole = null;
        lock (_lock)
        {
            var key = (second.Scenario, second.Phase, second.Elapsed);
            // Seconds that some agent never tells, because its users were through, are forgotten.
            if (_open.Count > MostOpen) _open.Clear();
            if (!_open.TryGetValue(key, out var told)) _open[key] = told = [];
            told[agent] = second;
            if (told.Count == agents)
            {
                _open.Remove(key);
                whole = [.. told.Values];
            }
        }

        if (whole is not null) live.Report(Together(whole));
    }

    /// <summary>Counts are summed; a second's percentile is the worst agent's, for a live view needs no histogram.</summary>
    private static LoadSnapshot Together(List<LoadSnapshot> all) => all[0] with
    {
        OfferedPerSecond = all.All(one => one.OfferedPerSecond is null) ? null : all.Sum(one => one.OfferedPerSecond),
        AchievedPerSecond = all.Sum(one => one.AchievedPerSecond),
        P50 = all.Max(one => one.P50),
        P95 = all.Max(one => one.P95),
        P99 = all.Max(one => one.P99),
        Errors = all.Sum(one => one.Errors),
        InFlight = all.Sum(one => one.InFlight),
        LagP99 = all.Max(one => one.LagP99),
    };
}
