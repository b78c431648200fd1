using LoadHarness.Comparing;

namespace LoadHarness.UnitTests.Comparing;

public sealed class GateSelfTestTests
{
    private static readonly TimeSpan[] HalfMinutes = [TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(35)];
    private static readonly TimeSpan[] TenMinutes = [TimeSpan.FromMinutes(10)];

    [Fact]
    public void What_is_left_is_told_by_the_suites_so_far()
    {
        Assert.Equal("58 suites left, about 29 min.", GateSelfTest.LeftWords([(58, HalfMinutes)]));
        // Suites with times take longer, and are not averaged with the others.
        Assert.Equal("12 suites left, about 25 min.", GateSelfTest.LeftWords([(10, HalfMinutes), (2, TenMinutes)]));
        Assert.Equal("1 suite left, about 1 min.", GateSelfTest.LeftWords([(1, HalfMinutes), (0, [])]));
    }

    [Fact]
    public void What_was_never_measured_is_not_guessed()
    {
        Assert.Equal("3 suites left, of a kind that none was measured of yet.", GateSelfTest.LeftWords([(1, HalfMinutes), (2, [])]));
        Assert.Equal("All suites are measured.", GateSelfTest.LeftWords([(0, HalfMinutes)]));
    }

    [Fact]
    public void Nine_indexes_are_dropped_in_turn_each_with_the_operation_that_misses_it()
    {
        var dropped = PlantedFault.All.Where(fault => fault.Arm.Contains("without=", StringComparison.Ordinal)).ToList();

        Assert.Equal(9, dropped.Count);
        Assert.All(dropped, fault => Assert.NotNull(fault.Operation));
        Assert.Equal(dropped.Count, dropped.Select(fault => fault.Cause).Distinct().Count());
        Assert.All(dropped, fault => Assert.Contains($"without={fault.Cause}", fault.Arm, StringComparison.Ordinal));
    }
}
