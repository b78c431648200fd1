using LoadHarness.Comparing.Ledger;
using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class LedgerComparisonTests
{
    /// <summary>One that failed took the figures of its whole scenario with it.</summary>
    [Fact]
    public void What_fails_without_an_index_is_a_failure_and_the_other_operations_of_its_scenario_are_compared()
    {
        var entry = new LedgerEntry(new("an_idx", "leads", "create index ...", 8_192, [], []), ["reads"], [], [], [], [], null);

        var filled = LedgerComparison.With(
            entry, Counted(Write("reads/merge"), Write("reads/load"), Sample.Counters("reads/page", 4)),
            Counted(Write("reads/load"), Sample.Counters("reads/page", 400)), [new("reads/merge", "10 of 10 calls failed: 42P10 no key")]);

        Assert.Equal(["reads/merge fails without it: 10 of 10 calls failed: 42P10 no key"], filled.Failures);
        Assert.Equal("reads/page", Assert.Single(filled.Worse).Operation);
        Assert.All(filled.Writes, write => Assert.Equal("reads/load", write.Operation));
        Assert.True(filled.IsServing);
    }

    private static ScenarioCounters Counted(params OperationCounters[] operations) => new("reads", operations, operations);

    private static OperationCounters Write(string operation) => Sample.Counters(operation, 40) with
    {
        Items = 100,
        Counters = new Dictionary<string, double> { [CounterNames.Blocks] = 40, [CounterNames.WalBytes] = 900 },
    };
}
