using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing;

/// <summary>What was found of the growth of every operation: from <c>scale</c>.</summary>
/// <param name="Sizes">In rising order.</param>
public sealed record ScaleReport(
    IReadOnlyList<long> Sizes, ulong Seed, DateTimeOffset StartedUtc, TimeSpan Duration, string Server,
        IReadOnlyList<OperationScale> Operations) : IFindings
{
    /// <summary>Intervals of 95% hold in 19 of 20 cases. When fewer than this hold, the growth is no power law.</summary>
    private const double SmallestShareOfForecasts = 90;

    /// <summary>One for each operation with a target, and one for the forecasts.</summary>
    public IReadOnlyList<Verdict> Verdicts { get; init; } =
    [
        .. Operations.Select(operation => TargetVerdict(operation, Sizes)).OfType<Verdict>(),
        ForecastVerdict(Sizes, [.. Operations.Select(operation => operation.Forecast).OfType<ScaleForecast>()]),
    ];

    /// <summary>Name of the file system that the data was on; null where it was not seen, and in runs of older versions.</summary>
    public string? FileSystem { get; init; }

    // Without the sizes at which it was too slow to be measured, an operation looks as it does at the others.
    private static Verdict? TargetVerdict(OperationScale operation, IReadOnlyList<long> sizes) =>
        operation.Target is { } target && operation.Points.Count < sizes.Count
            ? Verdict.Undecided($"{target} {operation.Operation}", TargetPassing.Title,
                $"it was measured at {operation.Points.Count} of {sizes.Count} sizes: "
                    + "at the others it had too few calls in a slot, or some that failed",
                operation.Passing?.Bound)
            : operation.Passing?.Verdict(operation.Operation, operation.Points.Count);

    private static Verdict ForecastVerdict(IReadOnlyList<long> sizes, IReadOnlyList<ScaleForecast> forecasts)
    {
        const string title = "The smaller sizes forecast the largest";
        var limit = Limit.AtLeast(SmallestShareOfForecasts, "%");
        if (forecasts.Count == 0 || sizes.Count == 0)
            return Verdict.Unavailable("forecast", title,
                $"A forecast needs {PowerFit.FewestPoints + 1} sizes, and {sizes.Count} were measured.", limit);
        var holds = forecasts.Count(forecast => forecast.Holds);
        return Verdict.Counted("forecast", title, 100.0 * holds / forecasts.Count, limit, forecasts.Count,
            $"{holds} of {forecasts.Count} figures at {sizes[^1]:N0} leads lie in the 95% interval that the smaller sizes gave");
    }

    string IFindings.Verb => "scale";

    long? IFindings.MostContacts => Sizes is [.., var most] ? most : null;

    string IFindings.Servers => $"PostgreSQL {Server}, copies of one cluster";

    // Blocks are the same on any disk.
    IEnumerable<string> IFindings.Doubts =>
        Operations.Any(operation => operation.Metric == OperationScale.Mean) ? DataStorage.Doubts(FileSystem) : [];

    string IFindings.ToMarkdown() => ScaleText.Of(this);
}
