using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>What two runs measured for the same targets: an id alone does not make them the same.</summary>
internal static class TargetChanges
{
    public static IReadOnlyList<RunChange> Of(RunResult a, RunResult b) =>
        [.. from before in a.Verdicts
            join after in b.Verdicts on before.Id equals after.Id
            where TargetName.Of(before).IsSameAs(TargetName.Of(after)) && (before.Figure is not null || after.Figure is not null)
            select OperationChanges.Change(
                before.Id, before.Title, (before.Figure, before.Interval), (after.Figure, after.Interval), Words(after), after.Unit)];

    private static ChangeWords Words(Verdict verdict) => verdict.Direction == LimitDirection.AtLeast
        ? ChangeWords.OfRate
        : TimeUnit.Is(verdict.Unit) ? ChangeWords.OfTime : ChangeWords.OfCost;
}
