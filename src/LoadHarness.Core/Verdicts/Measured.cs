namespace LoadHarness.Core.Verdicts;

/// <summary>A figure as it was measured.</summary>
/// <param name="Interval">95% confidence interval of the figure; null where the samples are too few for one.</param>
/// <param name="Samples">How many measurements the figure rests on.</param>
/// <param name="MinimumSamples">Fewer make the verdict inconclusive.</param>
/// <param name="Subject">What the figure is of, such as <c>custom_field_filter p95</c>; null where the title says it.</param>
/// <param name="Source">
/// Scenario and operation of the measured distribution, as <c>scenario/operation</c>; null where there is none.
/// </param>
public sealed record Measured(
    double? Figure, ConfidenceInterval? Interval, long Samples, long MinimumSamples = 1, string? Subject = null, string? Source = null)
{
    /// <summary>Null where the figure and both ends of its interval were measured.</summary>
    public KnownRange? Known { get; init; }
}
