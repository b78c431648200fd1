using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class LockWaitsTests
{
    [Theory]
    // Measured 2026-11-27 with the planted lock, at 20,000 leads: imports and campaigns wait on A, too.
    [InlineData(319, 31, 353, 124)]
    [InlineData(320, 0, 350, 60)]
    public void More_waits_than_chance_explains_are_plain(int looksA, int waitingA, int looksB, int waitingB) =>
        Assert.True(new LockWaits(looksA, waitingA, looksB, waitingB).ArePlain);

    [Theory]
    [InlineData(0, 0, 350, 124)]
    [InlineData(320, 0, 0, 0)]
    // No more than chance, far fewer, and more by too little to slow anything.
    [InlineData(320, 31, 350, 52)]
    [InlineData(320, 124, 350, 31)]
    [InlineData(20_000, 200, 20_000, 800)]
    public void Others_are_not(int looksA, int waitingA, int looksB, int waitingB) =>
        Assert.False(new LockWaits(looksA, waitingA, looksB, waitingB).ArePlain);

    [Fact]
    public void Waits_for_a_lock_are_the_first_cause_before_the_operations_that_they_slow()
    {
        var causes = Causes.Of(Sample.Comparison with
        {
            Times = [Sample.Time("lead-queries/email_lookup", 5.8, Difference.Slower, confirmed: true)],
            LockWaits = new(319, 31, 353, 124),
        });

        Assert.Equal("Sessions on B waited for a lock in 124 of 353 looks; on A in 31 of 319.", causes[0]);
        Assert.Contains("email_lookup", causes[1], StringComparison.Ordinal);
    }
}
