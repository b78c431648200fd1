using LoadHarness.Core.Comparing;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>The error rates of the sequential test, on simulated pairs with heavy tails (t with 4 degrees of freedom, seeded).</summary>
public sealed class SequentialTestTests
{
    private const int Metrics = 20;

    [Fact]
    public void Identical_arms_raise_almost_no_alarm_and_none_that_is_confirmed()
    {
        var outcomes = Suites(400, change: 0, deviation: 0.06);
        Assert.InRange(outcomes.Count(outcome => outcome.Alarms > 0), 0, 12);
        Assert.Equal(0, outcomes.Count(outcome => outcome.Confirmed > 0));
    }

    [Theory]
    [InlineData(0.10, 0.05, 0.95)]
    [InlineData(0.20, 0.08, 0.99)]
    public void A_slowdown_is_found_and_confirmed(double change, double deviation, double share)
    {
        var found = Metric(400, Math.Log(1 + change), deviation).Count(outcome => outcome == Difference.Slower);
        Assert.InRange(found, 400 * share, 400);
    }

    [Fact]
    public void A_speed_up_is_called_faster() =>
        Assert.InRange(Metric(100, Math.Log(0.8), 0.06).Count(outcome => outcome == Difference.Faster), 95, 100);

    [Fact]
    public void Quiet_identical_arms_are_called_the_same() =>
        Assert.InRange(Metric(200, 0, 0.04).Count(outcome => outcome == Difference.Same), 190, 200);

    /// <summary>Seven times as widely as the prior says: four pairs can agree by chance, a confirmation of eight more does not.</summary>
    [Fact]
    public void Pairs_that_scatter_widely_are_never_called_the_same_and_no_alarm_of_theirs_is_confirmed()
    {
        var outcomes = Metric(200, 0, 0.6);
        Assert.InRange(outcomes.Count(outcome => outcome == Difference.Inconclusive), 180, 200);
        Assert.DoesNotContain(Difference.Same, outcomes);
        Assert.InRange(Suites(20, 0, 0.6).Sum(outcome => outcome.Confirmed), 0, 1);
    }

    [Fact]
    public void One_slot_that_a_neighbour_took_decides_nothing()
    {
        var test = new SequentialTest(1);
        double[] pairs = [0.01, -0.01, 0.02, 0.9, -0.02, 0.0, 0.01, -0.01];
        Assert.NotEqual(Difference.Slower, test.Look(pairs).Difference);
    }

    [Fact]
    public void A_number_of_pairs_that_is_no_look_is_refused() =>
        Assert.Throws<ArgumentException>(() => new SequentialTest(1).Look([0.1, 0.1, 0.1]));

    private static List<(int Alarms, int Confirmed)> Suites(int count, double change, double deviation)
    {
        var random = new Random(20261125);
        var test = new SequentialTest(Metrics);
        var outcomes = new List<(int, int)>();
        for (var suite = 0; suite < count; suite++)
        {
            var (alarms, confirmed) = (0, 0);
            for (var metric = 0; metric < Metrics; metric++)
            {
                var (difference, used) = Run(test, random, change, deviation);
                if (difference is not (Difference.Slower or Difference.Faster)) continue;
                alarms++;
                if (test.Confirms(Pairs(random, SequentialTest.PairsToConfirm(used), change, deviation), difference)) confirmed++;
            }

            outcomes.Add((alarms, confirmed));
        }

        return outcomes;
    }

    private static List<Difference> Metric(int count, double change, double deviation)
    {
        var random = new Random(20261126);
        var test = new SequentialTest(Metrics);
        return [.. Enumerable.Range(0, count).Select(_ => Run(test, random, change, deviation).Difference)];
    }

    private static (Difference Difference, int Used) Run(SequentialTest test, Random random, double change, double deviation)
    {
        var pairs = new List<double>();
        foreach (var look in SequentialTest.Looks)
        {
            pairs.AddRange(Pairs(random, look - pairs.Count, change, deviation));
            var difference = test.Look(pairs).Difference;
            if (difference != Difference.Open) return (difference, look);
        }

        throw new InvalidOperationException("The last look leaves nothing open.");
    }

    private static List<double> Pairs(Random random, int count, double change, double deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => change + (deviation * HeavyTailed(random)))];

    /// <summary>Student's t with 4 degrees of freedom, scaled to a standard deviation of 1.</summary>
    private static double HeavyTailed(Random random)
    {
        var square = Enumerable.Range(0, 4).Sum(_ => Math.Pow(Normal(random), 2)) / 4;
        return Normal(random) / Math.Sqrt(square) / Math.Sqrt(2);
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
