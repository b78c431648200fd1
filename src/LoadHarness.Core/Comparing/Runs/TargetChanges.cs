using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>
/// What two runs measured for the same targets: an id alone does not make them the same. Of percent saved, what is left is compared.
/// </summary>
public static class TargetChanges
{
    internal static IReadOnlyList<RunChange> Of(RunResult a, RunResult b) =>
        [.. from before in a.Verdicts
            join after in b.Verdicts on before.Id equals after.Id
            let change = Of(after, Side.Of(before), Saving.Is(before, a) || Saving.Is(after, b))
            where TargetName.Of(before).IsSameAs(TargetName.Of(after)) && change is not { A: null, B: null, Incomparable: null }
            select change];

    /// <summary>The same of a run and of what it keeps of an earlier one, which is A.</summary>
    /// <param name="run">That the verdict is of.</param>
    public static RunChange Of(BaselineFigure then, Verdict now, RunResult run) =>
        Of(now, new Side(then.Figure, then.IsBounded ? null : then.Interval, then.Cause), Saving.Is(now, run));

    private static RunChange Of(Verdict now, Side then, bool isSaving)
    {
        var (before, after) = isSaving ? (then.Left(), Side.Of(now).Left()) : (then, Side.Of(now));
        return OperationChanges.Change(
            now.Id, now.Title, (before.Figure, before.Interval), (after.Figure, after.Interval),
            isSaving ? ChangeWords.OfCost : Words(now), now.Unit) with
        {
            IsOfRest = isSaving,
            Incomparable = before.IsMeasured && after.IsMeasured && (before.Cause ?? after.Cause) is not null
                ? new(before.Cause, after.Cause, IsWorse: before.Cause is null)
                : null,
        };
    }

    private static ChangeWords Words(Verdict verdict) => verdict.Direction == LimitDirection.AtLeast
        ? ChangeWords.OfRate
        : TimeUnit.Is(verdict.Unit) ? ChangeWords.OfTime : ChangeWords.OfCost;

    /// <param name="Cause">For which it was missed whatever the figure says, such as requests that failed.</param>
    private sealed record Side(double? Figure, ConfidenceInterval? Interval, string? Cause)
    {
        /// <summary>Where all requests failed there is no figure.</summary>
        public bool IsMeasured => Figure is not null || Cause is not null;

        // Beyond a bound the truth may lie anywhere.
        public static Side Of(Verdict verdict) => new(verdict.Figure, verdict.IsBounded ? null : verdict.Interval, verdict.Cause);

        /// <summary>Of percent saved, what is left.</summary>
        public Side Left() => this with
        {
            Figure = Figure is { } figure ? Saving.Left(figure) : null,
            Interval = Interval is { } interval ? Saving.Left(interval) : null,
        };
    }
}
