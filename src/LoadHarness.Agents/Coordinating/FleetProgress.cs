using LoadHarness.Load;

namespace LoadHarness.Agents.Coordinating;

/// <summary>
/// One live view of all agents: a second is told when each has told it, or when one tells the next. Some agents have no part of a scenario,
/// and each is through at a time of its own.
/// </summary>
internal sealed class FleetProgress(IProgress<LoadSnapshot> live, int agents)
{
    private const int MostScenarios = 100;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Told> _scenarios = [];

    public void Take(int agent, LoadSnapshot second)
    {
        // Told within: of two seconds the later one stays in view.
        lock (_lock)
        {
            // No load has so many at once; the names come from the agents.
            if (_scenarios.Count > MostScenarios) _scenarios.Clear();
            if (!_scenarios.TryGetValue(second.Scenario, out var told)) _scenarios[second.Scenario] = told = new(agents);
            if (told.Take(agent, second) is { } whole) live.Report(whole);
        }
    }

    /// <summary>What the agents told of one scenario.</summary>
    private sealed class Told(int agents)
    {
        private static readonly TimeSpan Late = TimeSpan.FromSeconds(1);

        private readonly Dictionary<int, Second> _newest = [];
        private Second? _open;

        /// <returns>A second of all agents; null when there is none to tell.</returns>
        public LoadSnapshot? Take(int agent, LoadSnapshot snapshot)
        {
            var second = new Second(IsMeasured(agent, snapshot), snapshot);
            var isNext = _open is null || second.IsAfter(_open);
            var whole = isNext && _open is { IsTold: false } ? Together(_open) : null;
            if (isNext) _open = second;
            _newest[agent] = second;
            if (_open is not { IsTold: false } open || _newest.Values.Count(one => one.IsAt(open)) < agents) return whole;
            open.IsTold = true;
            return Together(open);
        }

        // A warm-up drains as well, and the seconds that are measured are counted from its end.
        private bool IsMeasured(int agent, LoadSnapshot snapshot) => snapshot.Phase switch
        {
            PhaseKind.WarmUp => false,
            PhaseKind.Measuring => true,
            _ => _newest.TryGetValue(agent, out var before) && before.IsMeasured,
        };

        /// <summary>Counts are summed; a second's percentile is the worst agent's, for a live view needs no histogram.</summary>
        private LoadSnapshot Together(Second open)
        {
            var all = _newest.Values.Where(one => one.IsMeasured == open.IsMeasured).Select(one => one.Snapshot).ToList();
            // One that is a little late goes on as it did; one that told nothing for longer is through.
            var playing = all.Where(one => open.Snapshot.Elapsed - one.Elapsed <= Late).ToList();
            return open.Snapshot with
            {
                OfferedPerSecond = playing.All(one => one.OfferedPerSecond is null) ? null : playing.Sum(one => one.OfferedPerSecond),
                AchievedPerSecond = playing.Sum(one => one.AchievedPerSecond),
                P50 = playing.Max(one => one.P50),
                P95 = playing.Max(one => one.P95),
                P99 = playing.Max(one => one.P99),
                // Since the phase began, so of those that are through as well.
                Errors = all.Sum(one => one.Errors),
                InFlight = playing.Sum(one => one.InFlight),
                LagP99 = playing.Max(one => one.LagP99),
            };
        }
    }

    private sealed class Second(bool isMeasured, LoadSnapshot snapshot)
    {
        public bool IsMeasured => isMeasured;

        public LoadSnapshot Snapshot => snapshot;

        public bool IsTold { get; set; }

        public bool IsAt(Second other) => isMeasured == other.IsMeasured && snapshot.Elapsed == other.Snapshot.Elapsed;

        public bool IsAfter(Second other) => isMeasured == other.IsMeasured ? snapshot.Elapsed > other.Snapshot.Elapsed : isMeasured;
    }
}
