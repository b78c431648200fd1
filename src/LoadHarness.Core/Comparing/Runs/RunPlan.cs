using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Comparing.Runs;

/// <summary>The plans that two runs had for one query.</summary>
/// <param name="A">Null where the run A took none; likewise B.</param>
/// <param name="Change">Null where the plan is the same.</param>
public sealed record RunPlan(string Query, QueryPlan? A, QueryPlan? B, PlanChange? Change)
{
    public bool IsSame => A is not null && B is not null && A.Fingerprint == B.Fingerprint;

    /// <summary>Those that changed first.</summary>
    internal static IReadOnlyList<RunPlan> Of(RunResult a, RunResult b)
    {
        var (before, after) = (Plans(a), Plans(b));
        return
        [
            .. before.Keys.Union(after.Keys).Select(query => Of(query, before.GetValueOrDefault(query), after.GetValueOrDefault(query)))
                .OrderBy(plan => plan.IsSame),
        ];
    }

    private static RunPlan Of(string query, QueryPlan? a, QueryPlan? b) => new(
        query, a, b,
        a is null || b is null || a.Fingerprint == b.Fingerprint ? null : PlanNodes.Compare(query, Text(a), Text(b)));

    private static Dictionary<string, QueryPlan> Plans(RunResult run) => (run.Observation?.Plans ?? [])
        .GroupBy(plan => plan.Query).ToDictionary(group => group.Key, group => group.First());

    private static string Text(QueryPlan plan) => string.Join('\n', plan.Inner.Select(inner => inner.Text).Prepend(plan.Text));
}
