using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Measurement;

/// <summary>Two ways of doing the same, measured in turns in one run: evidence for a target whose statistic is a comparison.</summary>
/// <param name="Id">Of the target.</param>
/// <param name="Figure">In the target's unit.</param>
/// <param name="Interval">95% confidence of the figure; null when there are too few rounds for one.</param>
/// <param name="Samples">Rounds: pairs of measurements in turn.</param>
/// <param name="Evidence">What was compared, with the figures of both ways.</param>
public sealed record Comparison(string Id, double Figure, ConfidenceInterval? Interval, long Samples, string Evidence);
