using System.Text.Json.Serialization;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Proving;

/// <summary>One operation on the optimized schema and by the baselines: absolute values next to their ratio.</summary>
/// <param name="Name"><c>scenario/operation</c>, or what was measured of the whole database.</param>
/// <param name="Unit">Of the four values: ms, blocks, bytes.</param>
/// <param name="Careful">Baseline C, which the claim is judged against.</param>
/// <param name="Naive">Baseline N; null where it was not measured.</param>
/// <param name="Expert">Baseline X; null where it was not measured, or where C is the expert's way already.</param>
/// <param name="Ratio">Optimized over C: by pairs for times, so it is not always the quotient of the two values.</param>
/// <param name="Interval">95% of the ratio; null for what has no sampling error, or no batches to know it by.</param>
public sealed record ProvenOperation(
    string Name, double Weight, string Unit, double Optimized, double Careful, double? Naive, double? Expert, double Ratio,
        ConfidenceInterval? Interval)
{
    /// <summary>Of users or rates: more is better, and <see cref="Ratio"/> is C over optimized.</summary>
    public bool MoreIsBetter { get; init; }

    /// <summary>The note that baseline C did not hold the least level that was tried: the truth is lower than its figure.</summary>
    internal const string CarefulBreaksAtLeastNote =
        "baseline C breaks at the least level that was tried, and counts as if it held it";

    /// <summary>
    /// The optimized schema held the most that was tried, or what came above was spoilt, so it may hold more, or baseline C did not hold
    /// the least: <see cref="Times"/> is a lower bound. It shows a claim, and misses none.
    /// </summary>
    /// <remarks>Records from before say it of baseline C by the note alone.</remarks>
    public bool IsLowerBound
    {
        get => field || CarefulBreaksAtLeast;
        init;
    }

    /// <summary>Baseline C did not hold the least level that was tried.</summary>
    [JsonIgnore]
    public bool CarefulBreaksAtLeast => Notes.Contains(CarefulBreaksAtLeastNote);

    /// <summary>The note that says what spoilt a level above one of the optimized schema; null where none was.</summary>
    [JsonIgnore]
    public string? SpoiltNote => Notes.FirstOrDefault(
        note => note.StartsWith(ProvenOperations.SpoiltAbove(ProvenOperations.OptimizedArm), StringComparison.Ordinal));

    /// <summary>Optimized in times of C, as a reader counts: twice the users are two times C, and half the bytes a half.</summary>
    [JsonIgnore]
    public double Times => MoreIsBetter ? 1 / Ratio : Ratio;

    /// <summary>95% of <see cref="Times"/>; null where <see cref="Interval"/> is.</summary>
    [JsonIgnore]
    public ConfidenceInterval? TimesInterval => this is { MoreIsBetter: true, Interval: { } cost }
        ? new(1 / cost.High, 1 / cost.Low)
        : Interval;

    /// <summary>Of each arm, that the figures are of; 0 where nothing is called for them, or a record does not say.</summary>
    public int Calls { get; init; }

    /// <summary>What a reader has to know of the figure.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What a claim must not cost elsewhere: more than 10% more than a careful team pays.</summary>
    public const double LargestRatio = 1.10;

    public bool IsWorse => Ratio > LargestRatio;

    /// <summary>Worse by its whole interval: what misses a claim.</summary>
    [JsonIgnore]
    public bool IsShownWorse => (Interval?.Low ?? Ratio) > LargestRatio;

    /// <summary>Whether an expert does it in less on the base schema.</summary>
    public bool ExpertIsBetter => !MoreIsBetter && Expert is { } expert && expert < Optimized;
}
