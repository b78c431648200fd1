using LoadHarness.Comparing.Times;
using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>An alarm counts when new pairs on new copies say the same.</summary>
public sealed class ConfirmationTests
{
    private static readonly ComparedTime Page = Sample.Time("reads/page", 1.2, Difference.Slower);
    private static readonly ComparedTime Whole = Sample.Time(ArmComparison.Whole, 1.2, Difference.Slower);

    [Fact]
    public void A_shift_of_the_whole_that_new_pairs_refute_is_no_regression()
    {
        var comparison = Judged([Page, Whole], 1);
        Assert.Empty(comparison.WorseOperations);
        Assert.True(comparison.IsDecided);
    }

    [Fact]
    public void A_shift_of_the_whole_that_new_pairs_show_is_confirmed()
    {
        var comparison = Judged([Page, Whole], 1.2);
        Assert.Equal(["reads/page", ArmComparison.Whole], comparison.WorseOperations);
        Assert.All(comparison.Times, time => Assert.True(time.Confirmed));
    }

    [Fact]
    public void The_whole_takes_new_pairs_of_all_scenarios_and_an_operation_those_of_its_own()
    {
        Assert.Equal([new("reads", 8), new("writes", 8)], Confirmation.PairsOf([Whole], ["reads", "writes"]));
        Assert.Equal([new("reads", 16)], Confirmation.PairsOf([Page with { Pairs = 16 }], ["reads", "writes"]));
    }

    [Fact]
    public void An_alarm_whose_operation_has_no_figure_in_the_new_pairs_is_undecided()
    {
        var comparison = Judged([Page, Whole], null);
        Assert.Empty(comparison.WorseOperations);
        Assert.False(comparison.IsDecided);
        Assert.All(comparison.Times, time => Assert.Equal(Difference.Inconclusive, time.Difference));
    }

    /// <param name="ratio">B over A of the operation in each new pair; null where B has no figure.</param>
    private static ArmComparison Judged(IReadOnlyList<ComparedTime> times, double? ratio)
    {
        var metric = new SlotMetric("reads/page", "mean");
        var again = new ScenarioPairs("reads");
        for (var pair = 0; pair < 8; pair++)
            again.Add(new Dictionary<SlotMetric, double> { [metric] = 10 }, ratio is { } factor
                ? new Dictionary<SlotMetric, double> { [metric] = 10 * factor }
                : new Dictionary<SlotMetric, double>());
        return Sample.Comparison with { Times = Confirmation.Judged(times, [again], new(32)) };
    }
}
