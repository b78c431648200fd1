using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Ledger;

/// <summary>One copy at work: the plans and the counters of some scenarios, each with connections of its own.</summary>
internal sealed class LedgerArm(ArmServer arm, ComparisonPlan plan, ulong seed)
{
    public Task<IReadOnlyDictionary<string, string>> PlansAsync(CancellationToken cancellationToken) =>
        ArmPlans.ReadAsync(arm, plan, cancellationToken);

    /// <exception cref="HarnessException">An operation failed.</exception>
    public Task<ScenarioCounters> CountAsync(string scenario, CancellationToken cancellationToken) =>
        CountAsync(plan with { Scenarios = [scenario] }, cancellationToken);

    private async Task<ScenarioCounters> CountAsync(ComparisonPlan one, CancellationToken cancellationToken)
    {
        var (first, second) = await new CounterPass(arm, one, seed).RunAsync(cancellationToken);
        return new(one.Scenarios[0], first, second);
    }
}

/// <summary>Two passes of the operations of one scenario.</summary>
internal sealed record ScenarioCounters(string Scenario, IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second)
{
    /// <returns>A counter of one imported row or one recipient, in each pass.</returns>
    public double[] AnItem(string operation, string counter) =>
        [.. new[] { First, Second }.Select(pass => pass.Single(one => one.Name == operation))
            .Select(one => one.Counters[counter] / (one.Items ?? 1))];
}
