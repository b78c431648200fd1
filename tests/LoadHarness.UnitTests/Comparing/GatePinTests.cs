using LoadHarness.Comparing;
using LoadHarness.Core;

namespace LoadHarness.UnitTests.Comparing;

public sealed class GatePinTests
{
    [Theory]
    [InlineData(null, "gate accept --against REV")]
    [InlineData("workloads/shop", "gate accept --workload workloads/shop --against REV")]
    public async Task A_missing_pin_says_which_call_makes_it(string? workload, string expected)
    {
        var fault = await Assert.ThrowsAsync<HarnessException>(
            () => GatePin.ReadAsync("no-such-folder/gate.json", workload, TestContext.Current.CancellationToken));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }
}
