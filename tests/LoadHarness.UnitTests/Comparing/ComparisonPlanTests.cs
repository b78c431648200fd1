using LoadHarness.Comparing;
using LoadHarness.Core;

namespace LoadHarness.UnitTests.Comparing;

public sealed class ComparisonPlanTests
{
    /// <summary>Two of one name ended a comparison with an alarm, after minutes.</summary>
    [Fact]
    public void A_scenario_that_is_named_twice_is_compared_once() => Assert.Equal(
        ["lead-queries", "segmentation"],
        ComparisonPlan.Standard.Only(["lead-queries", "segmentation", "lead-queries"]).Scenarios);

    [Fact]
    public void A_scenario_that_is_not_there_is_bad_usage()
    {
        var fault = Assert.Throws<HarnessException>(() => ComparisonPlan.Standard.Only(["lead-queries", "leads"]));
        Assert.Equal(ExitCode.BadUsage, fault.ExitCode);
        Assert.StartsWith("--scenarios: there is no scenario leads.", fault.Message, StringComparison.Ordinal);
    }
}
