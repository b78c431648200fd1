using LoadHarness.Core.Statistics;

namespace LoadHarness.UnitTests.Comparing;

public sealed class StudentTTests
{
    /// <summary>Standard table of the t distribution.</summary>
    [Theory]
    [InlineData(0.025, 1, 12.706)]
    [InlineData(0.025, 4, 2.776)]
    [InlineData(0.005, 10, 3.169)]
    [InlineData(0.001, 30, 3.385)]
    [InlineData(0.025, 1e6, 1.960)]
    public void Quantiles_are_those_of_the_table(double tail, double freedom, double quantile) =>
        Assert.Equal(quantile, StudentT.UpperQuantile(tail, freedom), 3);

    [Theory]
    [InlineData(2, 12.7062)]
    [InlineData(32, 2.0395)]
    [InlineData(101, 1.9840)]
    public void The_interval_of_a_mean_is_by_students_t_for_any_number_of_figures(int count, double quantile)
    {
        double[] figures = [.. Enumerable.Range(0, count).Select(number => number % 7.0)];
        var deviation = Math.Sqrt(figures.Sum(figure => Math.Pow(figure - figures.Average(), 2)) / (count - 1));
        var interval = Intervals.OfMean(figures)!;
        Assert.Equal(quantile, (interval.High - interval.Low) / 2 * Math.Sqrt(count) / deviation, 4);
    }

    [Fact]
    public void The_tails_of_both_sides_make_one() =>
        Assert.Equal(1, StudentT.UpperTail(1.3, 7) + StudentT.UpperTail(-1.3, 7), 12);

    /// <summary>Published examples: 0 of 60 and 18 of 20, both 95%.</summary>
    [Theory]
    [InlineData(0, 60, 0, 0.0596)]
    [InlineData(18, 20, 0.6830, 0.9877)]
    [InlineData(20, 20, 0.8316, 1)]
    public void A_share_has_the_exact_interval(int successes, int trials, double low, double high)
    {
        var interval = Proportions.ClopperPearson(successes, trials);
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }
}
