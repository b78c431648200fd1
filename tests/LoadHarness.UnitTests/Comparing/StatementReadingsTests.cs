using LoadHarness.Comparing.Counters;

namespace LoadHarness.UnitTests.Comparing;

public sealed class StatementReadingsTests
{
    private static readonly StatementReadings.Row Before = new("one", "select 1", Nested: false, 10, 10, 10, 10, 10, 10);

    [Fact]
    public void What_a_statement_counted_before_is_taken_off()
    {
        var now = Before with { Calls = 15, Blocks = 40 };
        Assert.Equal(Before with { Calls = 5, Rows = 0, Blocks = 30, TemporaryBlocks = 0, WalRecords = 0, WalBytes = 0 }, Since(now));
    }

    /// <summary>Somebody reset it in between, and since then it was called more often than before.</summary>
    [Fact]
    public void A_statement_of_which_a_counter_went_back_began_anew()
    {
        var now = Before with { Calls = 15, Blocks = 3 };
        Assert.Equal(now, Since(now));
    }

    private static StatementReadings.Row Since(StatementReadings.Row now) =>
        Assert.Single(new StatementReadings.CountedBefore([Before]).Since([now]));
}
