using System.Text.Json.Serialization;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Measurement;

/// <summary>The earlier run that a run was asked to be compared with.</summary>
/// <param name="Differences">What keeps the two from being compared, in words; empty when they can be.</param>
/// <param name="Figures">What the earlier run measured for each target that it judged.</param>
public sealed record Baseline(
    string RunId, DateTimeOffset StartedUtc, string Commit, IReadOnlyList<string> Differences, IReadOnlyList<BaselineFigure> Figures)
{
    /// <summary>The earlier run's plans, to be compared with this one's; empty in older files.</summary>
    public IReadOnlyList<QueryPlan> Plans { get; init; } = [];

    public static Baseline Of(RunResult earlier, RunResult run) => new(
        earlier.Identity.Id,
        earlier.Identity.StartedUtc,
        earlier.Identity.Commit,
        [.. BaselineFit.Differences(earlier, run)],
        [.. earlier.Verdicts.Where(verdict => verdict.Figure is not null)
            .Select(verdict => new BaselineFigure(verdict.Id, verdict.Figure!.Value, verdict.Interval, verdict.Unit)
            {
                Target = TargetName.Of(verdict),
                Cause = verdict.Cause,

                Known = verdict.Known,
            })])
    {
        Plans = earlier.Observation?.Plans ?? [],
    };
}

/// <param name="TargetId">Of the target that the figure was measured for.</param>
/// <param name="Interval">95% confidence of the figure; null where it has none.</param>
public sealed record BaselineFigure(string TargetId, double Figure, ConfidenceInterval? Interval, string Unit)
{
    /// <summary>Null in older files: then id and unit are all that is known of it.</summary>
    public TargetName? Target { get; init; }

    /// <summary>For which the earlier run missed it whatever the figure says; null where it did not, and in older files.</summary>
    public string? Cause { get; init; }

    /// <summary>As of its verdict, where the figure is a bound.</summary>
    public KnownRange? Known { get; init; }

    /// <summary>Whether the figure or an end of its interval is a bound: then the interval shows no difference to another.</summary>
    [JsonIgnore]
    public bool IsBounded => Known?.Bounds(Figure, Interval) == true;

    /// <summary>Whether it was measured for the target that the verdict is on, and not for another one of the same id.</summary>
    public bool IsOf(Verdict verdict) =>
        TargetId == verdict.Id && Unit == verdict.Unit && (Target is null || Target.IsSameAs(TargetName.Of(verdict)));
}
