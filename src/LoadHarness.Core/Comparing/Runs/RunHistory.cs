using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>All runs of one load in the order of their time, with every figure over them.</summary>
/// <param name="Nights">Those that can be trusted, oldest first.</param>
/// <param name="Breaks">Where the machine, the server or a setting became another: figures before and after are not compared.</param>
public sealed record RunHistory(
    string Load, IReadOnlyList<RunNight> Nights, IReadOnlyList<HistoryBreak> Breaks, IReadOnlyList<HistorySeries> Series)
{
    /// <returns>One for each load, the one of the most runs first.</returns>
    public static IReadOnlyList<RunHistory> Of(IEnumerable<RunNight> nights) =>
    [
        .. nights.Where(night => night.IsTrusted).GroupBy(night => night.Load)
            .SelectMany(load => ByProfile(load.Key, [.. load.OrderBy(night => night.StartedUtc)]))
            .OrderByDescending(history => history.Nights.Count),
    ];

    // Runs that do not know their profile's content are older than all that do: they go with the first of those.
    private static IEnumerable<RunHistory> ByProfile(string load, IReadOnlyList<RunNight> nights)
    {
        var first = nights.Select(night => night.ProfileChecksum).FirstOrDefault(checksum => checksum is not null);
        var profiles = nights.GroupBy(night => night.ProfileChecksum ?? first).ToList();
        return profiles.Select(profile => Of(
            profiles.Count == 1 ? load : $"{load}, {OptionNames.ProfileChecksum} {profile.Key}", [.. profile]));
    }

    private static RunHistory Of(string load, IReadOnlyList<RunNight> nights)
    {
        var breaks = Enumerable.Range(1, nights.Count - 1)
            .Select(index => new HistoryBreak(index, nights[index].Since(nights[index - 1])))
            .Where(found => found.Differences.Count > 0).ToList();
        var names = nights.SelectMany(night => night.Figures.Keys).Distinct()
            .OrderBy(name => name.Kind).ThenBy(name => name.Name, StringComparer.Ordinal)
                .ThenBy(name => name.Metric, StringComparer.Ordinal);
        // Where nothing ever failed there is nothing to follow.
        return new(load, nights, breaks, [.. names.Select(name => HistorySeries.Of(name, nights, breaks))
            .Where(series => series.Name.Least == 0 || series.Points.Any(point => point.Value > 0))]);
    }
}

/// <param name="At">Index of the first run after it.</param>
public sealed record HistoryBreak(int At, IReadOnlyList<string> Differences);

/// <summary>One figure over the nights.</summary>
/// <param name="Points">Index of the run and figure; runs without it are left out.</param>
public sealed record HistorySeries(NightName Name, IReadOnlyList<(int Run, double Value)> Points, IReadOnlyList<HistoryChange> Changes)
{
    /// <summary>By which the newest of the runs that have one was judged; null where none has.</summary>
    public double? Limit { get; private init; }

    /// <summary>The 95% interval of each run's figure that has one.</summary>
    public IReadOnlyList<(int Run, double Low, double High)> Intervals { get; private init; } = [];

    /// <summary>Those of the points that are bounds, with the side on which the truth lies.</summary>
    public IReadOnlyList<(int Run, double Value, LimitDirection Side)> Bounds { get; private init; } = [];

    /// <summary>Within which a figure of the whole series is known, such as its median; null where no bound reaches it.</summary>
    public KnownRange? Known(double figure) =>
        Bounds.Any(bound => bound.Side == LimitDirection.AtLeast && bound.Value <= figure) ? new(To: figure)
        : Bounds.Any(bound => bound.Side == LimitDirection.AtMost && bound.Value >= figure) ? new(From: figure)
        : null;

    /// <summary>Within which the newest figure is known; null where it was measured.</summary>
    public KnownRange? KnownLast => Bounds.Where(bound => bound.Run == Points[^1].Run)
        .Select(bound => bound.Side == LimitDirection.AtLeast ? new KnownRange(To: bound.Value) : new KnownRange(From: bound.Value))
        .FirstOrDefault();

    internal static HistorySeries Of(NightName name, IReadOnlyList<RunNight> nights, IReadOnlyList<HistoryBreak> breaks)
    {
        var figures = nights.Select((night, index) => (Run: index, Figure: night.Figures.GetValueOrDefault(name)))
            .Where(found => found.Figure is not null).Select(found => (found.Run, Figure: found.Figure!)).ToList();
        var points = figures.Select(found => (found.Run, found.Figure.Value)).ToList();
        // Between two breaks only: another machine explains another figure.
        var stretches = figures.Select(found => name.Followed(found.Run, found.Figure))
            .GroupBy(point => breaks.Count(found => found.At <= point.Run));
        return new(name, points, [.. stretches.SelectMany(stretch => BoundedNights.Changes([.. stretch]))])
        {
            Bounds = [.. figures.Where(found => found.Figure.Bound is not null)
                .Select(found => (found.Run, found.Figure.Value, found.Figure.Bound!.Value))],
            Limit = figures.LastOrDefault(found => found.Figure.Limit is not null).Figure?.Limit,
            Intervals = [.. figures.Where(found => found.Figure.Interval is { IsFinite: true })
                .Select(found => (found.Run, found.Figure.Interval!.Low, found.Figure.Interval.High))],
        };
    }

    /// <summary>Whether a change is one to the worse.</summary>
    public bool IsWorse(HistoryChange change) => change.Ratio > 1 == Name.MoreIsWorse;
}

/// <summary>Where a figure's level became another.</summary>
/// <param name="At">Index of the first run of the new level.</param>
/// <param name="Before">Geometric mean of the runs before; of percent saved, of what is left.</param>
/// <param name="Runs">How many runs the new level rests on: 1 is a night to watch, and shows no change yet.</param>
public sealed record HistoryChange(int At, double Before, double After, int Runs)
{
    public double Ratio => After / Before;

    /// <summary>Within which the level before is known; null where all of it was measured.</summary>
    public KnownRange? KnownBefore { get; init; }

    /// <summary>The same of the level after.</summary>
    public KnownRange? KnownAfter { get; init; }

    /// <summary>Whether the two levels differ by no less than the ratio, and perhaps by more.</summary>
    public bool IsBound => (KnownBefore ?? KnownAfter) is not null;

    public bool IsShown => Runs >= ChangePoints.FewestRuns;
}
