namespace LoadHarness.Core.Verdicts;

/// <summary>
/// Within which a figure is known: one at an end of it, and an end of an interval that reaches it, is a bound and was not measured.
/// </summary>
/// <param name="From">Null where nothing bounds it from below; likewise <paramref name="To"/> from above.</param>
public sealed record KnownRange(double? From = null, double? To = null)
{
    public bool EndsBelow(double? value) => value <= From;

    public bool EndsAbove(double? value) => value >= To;

    /// <summary>Whether the figure or an end of its interval is a bound: beyond it the truth may lie anywhere.</summary>
    public bool Bounds(double? figure, ConfidenceInterval? interval) =>
        EndsBelow(interval?.Low ?? figure) || EndsAbove(interval?.High ?? figure);
}
