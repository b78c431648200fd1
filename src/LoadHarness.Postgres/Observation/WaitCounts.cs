using LoadHarness.Core.Measurement;

namespace LoadHarness.Postgres.Observation;

/// <summary>What the sessions of each scenario waited for while it was measured.</summary>
internal sealed class WaitCounts
{
    private readonly Dictionary<string, Dictionary<string, long>> _counts = [];
    private readonly Dictionary<string, long> _looks = [];

    public void Add(string scenario, string application, ActivityLook look)
    {
        _looks[scenario] = LooksAt(scenario) + 1;
        if (!_counts.TryGetValue(scenario, out var waits)) _counts[scenario] = waits = [];
        foreach (var (key, count) in look.Waits)
            if (key.Application == application) waits[key.Wait] = waits.GetValueOrDefault(key.Wait) + count;
    }

    public long LooksAt(string scenario) => _looks.GetValueOrDefault(scenario);

    public long ActiveIn(string scenario) => _counts.GetValueOrDefault(scenario)?.Values.Sum() ?? 0;

    public IReadOnlyList<WaitEventShare> Shares() =>
    [
        .. _counts.SelectMany(scenario => scenario.Value
            .Select(wait => new WaitEventShare(scenario.Key, wait.Key, (double)wait.Value / ActiveIn(scenario.Key))
            {
                Samples = wait.Value,
            })
            .OrderByDescending(share => share.Share)),
    ];
}
