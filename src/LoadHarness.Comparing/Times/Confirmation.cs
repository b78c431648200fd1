using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Times;

/// <summary>What new pairs on newly copied clones say of a comparison's alarms.</summary>
internal static class Confirmation
{
    /// <returns>Those that no new pairs were asked about yet.</returns>
    public static IReadOnlyList<ComparedTime> Alarms(IEnumerable<ComparedTime> times) =>
        [.. times.Where(time => time is { Difference: Difference.Slower or Difference.Faster, Confirmed: null })];

    /// <summary>
    /// How many new pairs each scenario takes; those without an alarm are left out. The shift of the whole is the median over all
    /// scenarios, so its alarm takes new pairs of each.
    /// </summary>
    public static IReadOnlyDictionary<string, int> PairsOf(IReadOnlyList<ComparedTime> alarms, IEnumerable<string> scenarios) => scenarios
        .Select(name => (Name: name, Alarms: alarms.Where(alarm => IsWhole(alarm) || ScenarioOf(alarm) == name).ToList()))
        .Where(scenario => scenario.Alarms.Count > 0)
        .ToDictionary(scenario => scenario.Name, scenario => SequentialTest.PairsToConfirm(scenario.Alarms.Max(alarm => alarm.Pairs)));

    /// <param name="again">New pairs of the scenarios that <see cref="PairsOf"/> named.</param>
    public static IReadOnlyList<ComparedTime> Judged(
        IReadOnlyList<ComparedTime> times, IReadOnlyCollection<ScenarioPairs> again, SequentialTest test)
    {
        var alarms = Alarms(times);
        return [.. times.Select(time => alarms.Contains(time) ? Judged(time, again, test) : time)];
    }

    private static ComparedTime Judged(ComparedTime alarm, IReadOnlyCollection<ScenarioPairs> again, SequentialTest test)
    {
        var logRatios = IsWhole(alarm) ? WholeShift.LogRatios(again, again.Min(scenario => scenario.Count)) : LogRatiosOf(alarm, again);
        // Without new pairs an alarm is neither confirmed nor refuted.
        return logRatios is null
            ? alarm with { Difference = Difference.Inconclusive }
            : alarm with { Confirmed = test.Confirms(logRatios, alarm.Difference) };
    }

    private static IReadOnlyList<double>? LogRatiosOf(ComparedTime alarm, IReadOnlyCollection<ScenarioPairs> again)
    {
        var metric = new SlotMetric(alarm.Operation, alarm.Metric);
        var pairs = again.Single(scenario => scenario.Scenario == ScenarioOf(alarm));
        return pairs.Metrics.Contains(metric) ? pairs.LogRatios(metric) : null;
    }

    private static bool IsWhole(ComparedTime time) => time.Operation == ArmComparison.Whole;

    private static string ScenarioOf(ComparedTime time) => time.Operation.Split('/')[0];
}
