using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Proving;

public sealed class BatchSpreadTests
{
    [Theory]
    [InlineData(true, 20_208d, 20_208d)]
    [InlineData(true, 8.2, 8.6)]
    [InlineData(true, 1_000d, 1_009d)]
    [InlineData(false, 1_000d, 1_020d)]
    [InlineData(false, 5d, 9d, 5d)]
    public void Batches_that_agree_say_what_more_calls_would_say(bool isKnown, params double[] batches) =>
        Assert.Equal(isKnown, BatchSpread.Of(batches) <= BatchSpread.Near);

    [Fact]
    public void Operations_say_how_many_calls_were_counted_and_that_they_differ()
    {
        var proof = SampleCompared.Proof.Proof!;
        var contract = new ClaimContract(
            "RE-3", "c", "d", "C", ClaimStatistic.BlocksPerRequest, [new("a/steady", 1), new("a/varied", 1)], "n");
        var target = new Target("RE-3", "t", Statistic.Comparison, 95, LimitDirection.AtLeast, "%");

        var claim = ClaimJudge.Decide(contract, target, new()
        {
            Blocks = new Dictionary<string, ArmValues>
            {
                ["a/steady"] = new(10, 1_000) { Calls = 4 },
                ["a/varied"] = new(10, 1_000) { Calls = 40, Spread = 0.12 },
            },
        });

        Assert.Equal(VerdictKind.Met, claim.Verdict.Kind);
        Assert.Contains("a/varied: batches of 40 counted calls differ by up to 12%", claim.Verdict.Caveats);
        Assert.DoesNotContain(claim.Verdict.Caveats, caveat => caveat.Contains("steady", StringComparison.Ordinal));
        var text = ProofText.Of(proof with { Claims = [claim], Stages = [new("Two copies", TimeSpan.FromSeconds(12), "2 operations")] });
        Assert.Contains("| a/steady | 1 | 4 | 10 blocks |", text, StringComparison.Ordinal);
        Assert.Contains("| Two copies | 12 s | 2 operations |", text, StringComparison.Ordinal);
    }
}
