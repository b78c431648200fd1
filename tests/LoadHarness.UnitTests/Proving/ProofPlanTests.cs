using LoadHarness.Comparing.Proving;

namespace LoadHarness.UnitTests.Proving;

/// <summary>
/// How often each read is called: a scan that takes seconds not as often as a look-up, or a proof at full size takes hours.
/// </summary>
public sealed class ProofPlanTests
{
    [Theory]
    [InlineData(0.1, 1_000, 8)]
    [InlineData(100, 10, 8)]
    [InlineData(400, 2, 8)]
    [InlineData(600, 2, 4)]
    [InlineData(3_000, 2, 4)]
    public void A_turn_is_a_second_of_calls_and_the_slowest_have_half_the_pairs(double milliseconds, int calls, int rounds)
    {
        Assert.Equal(calls, ProofPlan.Standard.CallsOf(milliseconds));
        Assert.Equal(rounds, ProofPlan.Standard.RoundsOf(milliseconds));
    }

    /// <summary>As many pairs A B as B A: else a machine that slows down would favour the first.</summary>
    [Fact]
    public void Every_number_of_pairs_is_even() => Assert.All(
        (ProofPlan[])[ProofPlan.Standard, ProofPlan.Quick],
        plan => Assert.All((int[])[plan.Rounds, plan.SlowRounds, plan.WriteRounds], rounds => Assert.Equal(0, rounds % 2)));
}
