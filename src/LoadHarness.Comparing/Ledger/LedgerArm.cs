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
    public async Task<ScenarioCounters> CountAsync(string scenario, CancellationToken cancellationToken)
    {
        var (first, second) = await PassOf(scenario).RunAsync(cancellationToken);
        return new(scenario, first, second);
    }

    /// <returns>The counters of what works, and what does not.</returns>
    public async Task<(ScenarioCounters Counters, IReadOnlyList<OperationFault> Faults)> CollectAsync(
        string scenario, CancellationToken cancellationToken)
    {
        var counted = await PassOf(scenario).CollectAsync(cancellationToken);
        return (new(scenario, counted.First, counted.Second), counted.Faults);
    }

    private CounterPass PassOf(string scenario) => new(arm, plan with { Scenarios = [scenario] }, seed);
}

/// <summary>Two passes of the operations of one scenario.</summary>
internal sealed record ScenarioCounters(string Scenario, IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second)
{
    /// <returns>A counter of one imported row or one recipient, in each pass.</returns>
    public double[] AnItem(string operation, string counter) =>
        [.. new[] { First, Second }.Select(pass => pass.Single(one => one.Name == operation))
            .Select(one => one.Counters[counter] / (one.Items ?? 1))];
}
