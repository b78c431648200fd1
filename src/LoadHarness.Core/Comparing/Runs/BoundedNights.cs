using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>
/// Changes among figures of which some are bounds. Beyond a bound the truth may lie anywhere: two bounds show no change, and a bound shows
/// one only where the figures measured before and after it lie on the side on which the truth does not.
/// </summary>
internal static class BoundedNights
{
    /// <param name="points">Of one machine, oldest first.</param>
    public static IReadOnlyList<HistoryChange> Changes(IReadOnlyList<NightPoint> points)
    {
        var usable = Usable(points);
        var found = ChangePoints.Find([.. usable.Select(point => (point.Run, point.Value))]);
        return
        [
            .. found.Select((change, place) => change with
            {
                KnownBefore = Known(usable, place == 0 ? int.MinValue : found[place - 1].At, change.At, change.Before),
                KnownAfter = Known(usable, change.At, place + 1 < found.Count ? found[place + 1].At : int.MaxValue, change.After),
            })
                // Before nights of bounds, a night that lies far off is not the last one.
                .Where(change => change.IsShown || change.At == points[^1].Run),
        ];
    }

    /// <summary>Those that were measured, and the bounds that what was measured next to them contradicts.</summary>
    private static List<NightPoint> Usable(IReadOnlyList<NightPoint> points)
    {
        var stretches = Stretches(points);
        return [.. stretches.SelectMany((stretch, place) => stretch[0].Bound is { } bound ? Contradicted(place, bound) : stretch)];

        IEnumerable<NightPoint> Contradicted(int place, LimitDirection bound)
        {
            var levels = new[] { place - 1, place + 1 }
                .Where(next => next >= 0 && next < stretches.Count && stretches[next][0].Bound is null)
                .Select(next => Level(next < place ? stretches[next].TakeLast(ChangePoints.Near) : stretches[next].Take(ChangePoints.Near)))
                .ToList();
            if (levels.Count == 0) return [];
            var shown = stretches[place].Where(point => levels.All(level => Excludes(bound, point.Value, level))).ToList();
            if (shown.Count == 0) return [];
            // All of them as the one that says the least: two bounds are no change.
            var least = bound == LimitDirection.AtLeast ? shown.Min(point => point.Value) : shown.Max(point => point.Value);
            return shown.Select(point => point with { Value = least });
        }
    }

    private static double Level(IEnumerable<NightPoint> points) => Medians.Of(points.Select(point => point.Value));

    private static bool Excludes(LimitDirection bound, double value, double level) =>
        bound == LimitDirection.AtLeast ? level < value : level > value;

    /// <summary>Consecutive nights that are all measured, or all bounds to the same side.</summary>
    private static List<List<NightPoint>> Stretches(IReadOnlyList<NightPoint> points)
    {
        var stretches = new List<List<NightPoint>>();
        foreach (var point in points)
        {
            if (stretches.Count > 0 && stretches[^1][0].Bound == point.Bound) stretches[^1].Add(point);
            else stretches.Add([point]);
        }

        return stretches;
    }

    /// <summary>A level to which a bound has gone is one itself.</summary>
    private static KnownRange? Known(List<NightPoint> points, int from, int to, double level) =>
        points.FirstOrDefault(point => point.Bound is not null && from <= point.Run && point.Run < to)?.Bound switch
        {
            LimitDirection.AtLeast => new(To: level),
            LimitDirection.AtMost => new(From: level),
            _ => null,
        };
}

/// <summary>A night's figure as changes are looked for in it.</summary>
/// <param name="Run">Index of the run.</param>
/// <param name="Bound">On which side of it the truth lies, where it is a bound; null where it was measured.</param>
internal sealed record NightPoint(int Run, double Value, LimitDirection? Bound);
