namespace LoadHarness.Reporting.Charts;

/// <summary>Puts neighbouring seconds together, so that an hour's page is no larger than a minute's.</summary>
internal static class Downsampling
{
    /// <summary>Groups of equal length in seconds, at most so many of them.</summary>
    public static IReadOnlyList<(int FromSecond, int Seconds, IReadOnlyList<T> Members)> Groups<T>(IReadOnlyList<T> samples, Func<T, int> second, int atMost)
    {
        if (samples.Count == 0) return [];
        var last = samples.Max(second);
        var seconds = Math.Max(1, (int)Math.Ceiling((last + 1.0) / atMost));
        return [.. samples.GroupBy(sample => second(sample) / seconds)
            .OrderBy(group => group.Key)
            .Select(group => (group.Key * seconds, seconds, (IReadOnlyList<T>)[.. group]))];
    }
}
