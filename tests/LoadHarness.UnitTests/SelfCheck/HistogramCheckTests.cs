using LoadHarness.Core.Verdicts;
using LoadHarness.Load.SelfCheck;

namespace LoadHarness.UnitTests.SelfCheck;

public sealed class HistogramCheckTests
{
    [Fact]
    public void Percentiles_of_four_distributions_lie_within_a_thousandth_of_the_sorted_ones()
    {
        var verdicts = HistogramCheck.Errors().ToList();

        Assert.Equal(4, verdicts.Count);
        Assert.All(verdicts, verdict =>
            Assert.True(verdict.Kind == VerdictKind.Met && verdict.Figure is > 0 and <= 0.1, $"{verdict.Id} {verdict.Figure}"));
    }
}
