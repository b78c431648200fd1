using LoadHarness.Core.Statistics;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>
/// Finds where a figure's level changed, on the logarithmic scale: the place that tells the ten runs before from the ten after best, by
/// Student's t, then again on either side. Of n places the best one is looked for, so each may be wrong by an n-th of the level only.
/// </summary>
public static class ChangePoints
{
    /// <summary>On each side of a change; fewer are no level.</summary>
    public const int FewestRuns = 4;

    private const double Level = 0.001;

    /// <summary>A smaller change is never marked, however sure it is; the same as for arms in turns.</summary>
    private static readonly double Smallest = Math.Log(new SequentialTest(1).SmallestChange);

    /// <summary>Nights never agree better than this; equal figures must not make every other one a wonder.</summary>
    private const double LeastDeviation = 0.01;

    /// <summary>A level is of so many runs next to the place; the last night is held against as many.</summary>
    internal const int Near = 10;

    private const double LevelOfOneNight = 0.001;

    /// <param name="points">Of one machine, oldest first.</param>
    public static IReadOnlyList<HistoryChange> Find(IReadOnlyList<(int Run, double Value)> points)
    {
        var usable = points.Where(point => point.Value > 0 && double.IsFinite(point.Value)).ToList();
        double[] logs = [.. usable.Select(point => Math.Log(point.Value))];
        var places = Split(logs, 0, logs.Length).Order().ToList();
        List<int> ends = [0, .. places, logs.Length];
        var changes = places.Select((place, index) => Change(ends[index], place, ends[index + 2])).ToList();
        if (LastNight(logs[ends[^2]..]) is { } level)
            changes.Add(new(usable[^1].Run, Math.Exp(level), usable[^1].Value, 1));
        return changes;

        HistoryChange Change(int from, int place, int to) => new(
            usable[place].Run, Math.Exp(logs[from..place].Average()), Math.Exp(logs[place..to].Average()), to - place);
    }

    private static IEnumerable<int> Split(double[] logs, int from, int to)
    {
        if (to - from < 2 * FewestRuns || Best(logs[from..to]) is not { } place) return [];
        return [.. Split(logs, from, from + place), from + place, .. Split(logs, from + place, to)];
    }

    /// <returns>Null where no place tells the sides apart.</returns>
    private static int? Best(double[] logs)
    {
        var places = logs.Length - (2 * FewestRuns) + 1;
        var best = Enumerable.Range(FewestRuns, places)
            .Select(place => (place, Left: logs[Math.Max(0, place - Near)..place], Right: logs[place..Math.Min(logs.Length, place + Near)]))
            .MaxBy(found => Math.Abs(T(found.Left, found.Right)));
        var shift = Math.Abs(best.Left.Average() - best.Right.Average());
        var chance = 2 * StudentT.UpperTail(Math.Abs(T(best.Left, best.Right)), best.Left.Length + best.Right.Length - 2);
        return shift >= Smallest && chance * places < Level ? best.place : null;
    }

    private static double T(double[] left, double[] right)
    {
        var squares = Squares(left) + Squares(right);
        var deviation = Math.Max(LeastDeviation, Math.Sqrt(squares / (left.Length + right.Length - 2)));
        return (right.Average() - left.Average()) / (deviation * Math.Sqrt((1.0 / left.Length) + (1.0 / right.Length)));
    }

    /// <returns>The level before, where the last night lies outside what the nights before it forecast; else null.</returns>
    private static double? LastNight(double[] logs)
    {
        var before = logs[..^Math.Min(1, logs.Length)].TakeLast(Near).ToArray();
        if (before.Length <= FewestRuns) return null;
        var deviation = Math.Max(LeastDeviation, Math.Sqrt(Squares(before) / (before.Length - 1)));
        var reach = StudentT.UpperQuantile(LevelOfOneNight / 2, before.Length - 1) * deviation * Math.Sqrt(1 + (1.0 / before.Length));
        return Math.Abs(logs[^1] - before.Average()) > Math.Max(reach, Smallest) ? before.Average() : null;
    }

    private static double Squares(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean));
    }
}
