using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Times;

/// <summary>What the looks so far say of each metric.</summary>
internal sealed class DecidedTimes(SequentialTest test)
{
    private readonly Dictionary<SlotMetric, ComparedTime> _times = [];

    public IReadOnlyCollection<SlotMetric> Metrics => _times.Keys;

    public IReadOnlyCollection<ComparedTime> Times => _times.Values;

    public bool HasConfirmedAlarm => Times.Any(time => time.Confirmed == true);

    /// <param name="measured">Scenarios that have new pairs since the look before.</param>
    /// <returns>Those of them that have an open metric still.</returns>
    public List<ScenarioPairs> Look(IReadOnlyCollection<ScenarioPairs> measured)
    {
        foreach (var scenario in measured)
            foreach (var metric in scenario.Metrics)
                Keep(metric, scenario.Compared(metric, test.Look(scenario.LogRatios(metric)), test.Confidence));
        DropLost(measured);
        return [.. measured.Where(scenario => scenario.Metrics.Any(IsOpen))];
    }

    /// <summary>Keeps what new pairs said of alarms.</summary>
    /// <param name="times">Of metrics that looks have decided.</param>
    public void Judged(IEnumerable<ComparedTime> times)
    {
        foreach (var time in times) _times[new(time.Operation, time.Metric)] = time;
    }

    // Once decided, a metric stays so: looking again at more pairs would spend false alarms that nobody counted.
    private void Keep(SlotMetric metric, ComparedTime time)
    {
        if (!_times.ContainsKey(metric) || IsOpen(metric)) _times[metric] = time;
    }

    // A slot of the new pairs had too few calls for it: it is left out as if the first slot had, unless one arm alone lacks it or calls
    // failed.
    private void DropLost(IReadOnlyCollection<ScenarioPairs> measured)
    {
        var left = measured.SelectMany(scenario => scenario.Metrics).ToHashSet();
        foreach (var metric in _times.Keys.Where(metric => IsOpen(metric) && !left.Contains(metric)).ToList()) _times.Remove(metric);
    }

    private bool IsOpen(SlotMetric metric) => _times[metric].Difference == Difference.Open;
}
