using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Comparing.Arms;

/// <summary>The plans of the statements under test on one arm, with those inside functions.</summary>
internal static class ArmPlans
{
    /// <returns>Plans as text, by the name of the statement.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        ArmServer arm, ComparisonPlan plan, CancellationToken cancellationToken)
    {
        var plans = await arm.PlansAsync(plan, cancellationToken);
        return plans.ToDictionary(explained => explained.Query, TextOf);
    }

    /// <returns>Of the statements that both arms have, those whose plan differs.</returns>
    public static IReadOnlyList<PlanChange> Compare(IReadOnlyList<QueryPlan> a, IReadOnlyList<QueryPlan> b) =>
        [.. a.Join(b, plan => plan.Query, plan => plan.Query, (before, after) => ChangeOf(before, after)).OfType<PlanChange>()];

    private static PlanChange? ChangeOf(QueryPlan a, QueryPlan b) =>
        PlanNodes.Compare(a.Query, TextOf(a), TextOf(b)) is { } change
            ? change with { SentBy = [.. a.Operations.Union(b.Operations)] }
            : null;

    private static string TextOf(QueryPlan plan) => string.Join('\n', plan.Inner.Select(inner => inner.Text).Prepend(plan.Text));
}
