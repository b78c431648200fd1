using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>
/// Finds what gets slower by less a night than one night can show. Ratios to one pin do not depend on the machine, so nights can be
/// averaged. It is reported, and never fails a job.
/// </summary>
public static class SlowCreep
{
    private const int Nights = 10;

    /// <summary>A mean of ten nights shows so much with few false alarms (research: 5% is found in 83%).</summary>
    private const double Smallest = 1.03;

    /// <param name="nights">Against one pin under the same conditions, oldest first. Those without ratios count for nothing.</param>
    public static IReadOnlyList<Creep> Find(IReadOnlyList<GateNight> nights)
    {
        // What the latest night does not have any more creeps nowhere.
        if (nights.LastOrDefault(night => night.Ratios.Count > 0) is not { } latest) return [];
        return
        [
            .. latest.Ratios.Keys
                .Select(operation => (operation, ratios: nights.Where(night => night.Ratios.ContainsKey(operation)).TakeLast(Nights)
                    .Select(night => Math.Log(night.Ratios[operation])).ToArray()))
                .Where(found => found.ratios.Length == Nights)
                .Select(found => Of(found.operation, found.ratios))
                .OfType<Creep>(),
        ];
    }

    private static Creep? Of(string operation, double[] logRatios)
    {
        var interval = Intervals.OfMean(logRatios)!;
        return interval.Low > 0 && Math.Exp(logRatios.Average()) > Smallest
            ? new(operation, Math.Exp(logRatios.Average()), new(FigureRange.Exp(interval.Low), FigureRange.Exp(interval.High)), Nights)
            : null;
    }
}

/// <param name="Ratio">Mean over the nights, to the pin.</param>
public sealed record Creep(string Operation, double Ratio, ConfidenceInterval Interval, int Nights);
