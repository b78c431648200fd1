namespace LoadHarness.Comparing.Arms;

/// <summary>The plans of the statements under test on one arm, with those inside functions.</summary>
internal static class ArmPlans
{
    /// <returns>Plans as text, by the name of the statement.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        ArmServer arm, ComparisonPlan plan, CancellationToken cancellationToken)
    {
        var plans = await arm.PlansAsync(plan, cancellationToken);
        return plans.ToDictionary(explained => explained.Query,
            explained => string.Join('\n', explained.Inner.Select(inner => inner.Text).Prepend(explained.Text)));
    }
}
