using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests.Targets;

public sealed class OperationPathTests
{
    [Theory]
    [InlineData("shop", "shop", true)]
    [InlineData("shop/buy", "shop", true)]
    [InlineData("shop/buy/again", "shop", true)]
    [InlineData("shop/buy", "shop/buy", true)]
    [InlineData("shopping/buy", "shop", false)]
    [InlineData("sho", "shop", false)]
    [InlineData(null, "shop", false)]
    public void A_path_is_within_the_scenario_that_it_begins_with(string? path, string scenario, bool isWithin) =>
        Assert.Equal(isWithin, OperationPath.IsWithin(path, scenario));
}
