using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Charts;

/// <summary>Puts neighbouring seconds together, so that an hour's page is no larger than a minute's.</summary>
internal static class Downsampling
{
    private const double LongestGap = 3;

    /// <summary>Groups of equal length in seconds, at most so many of them. Each holds whole samples.</summary>
    public static IReadOnlyList<(int FromSecond, int Seconds, IReadOnlyList<SecondSample> Members)> Groups(
        IReadOnlyList<SecondSample> samples, int atMost)
    {
        if (samples.Count == 0) return [];
        var width = samples.Max(sample => sample.Seconds);
        var end = samples.Max(sample => (double)sample.Second + sample.Seconds);
        var seconds = width * Math.Max(1, (int)Math.Ceiling(end / width / atMost));
        return [.. samples.GroupBy(sample => sample.Second / seconds)
            .OrderBy(group => group.Key)
            .Select(group => (group.Key * seconds, seconds, (IReadOnlyList<SecondSample>)[.. group]))];
    }

    /// <summary>A line is broken where nothing was measured for a while, rather than drawn across.</summary>
    public static IReadOnlyList<(double X, double Y)> Broken(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count < 3) return points;
        var longest = Math.Max(LongestGap, 4 * (points[^1].X - points[0].X) / points.Count);
        return [.. points.SelectMany((point, index) => index > 0 && point.X - points[index - 1]
            .X > longest ? new[] { (points[index - 1].X + 0.5, double.NaN), point } : [point])];
    }

    /// <summary>The lowest and the highest of each stretch, so that no peak is lost; all points where they are few enough.</summary>
    public static IReadOnlyList<(double X, double Y)> Extremes(IReadOnlyList<(double X, double Y)> points, int atMost)
    {
        if (points.Count <= atMost) return points;
        var stretch = (int)Math.Ceiling(points.Count / (atMost / 2.0));
        return [.. points.Chunk(stretch)
            .SelectMany(members => new[] { members.MinBy(point => point.Y), members.MaxBy(point => point.Y) }.Distinct()
            .OrderBy(point => point.X))];
    }
}
