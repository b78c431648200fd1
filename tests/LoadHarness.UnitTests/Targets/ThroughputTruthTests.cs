using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Targets;

/// <summary>The interval of a throughput holds the rate that the requests were really drawn from, about as often as it says.</summary>
public sealed class ThroughputTruthTests
{
    private const int Runs = 400;
    private const double PerSecond = 50;
    private static readonly RunResult Sample = SampleRun.Create();
    private static readonly Target PerMinute = new(
        "SC-3", "Requests", Statistic.CompletedPerMinute, 1, LimitDirection.AtLeast, "requests/min", "s", null, 10);

    /// <param name="memory">
    /// What neighbouring seconds share: 0 for independent ones, as users who wait are nearly; 0.5 for a server that is slow for seconds.
    /// </param>
    [Theory]
    [InlineData(0, 0.90, 0.99)]
    [InlineData(0.5, 0.80, 0.99)]
    public void It_covers_the_truth(double memory, double atLeast, double atMost)
    {
        var random = new Random(4711);
        var covered = Enumerable.Range(0, Runs).Count(_ =>
        {
            var interval = Decide(Drawn(random, memory, seconds: 150)).Interval!;
            return interval.Low <= PerSecond * 60 && PerSecond * 60 <= interval.High;
        });

        Assert.InRange(covered / (double)Runs, atLeast, atMost);
    }

    [Fact]
    public void Arrivals_on_a_schedule_have_a_narrow_one()
    {
        var interval = Decide([.. Enumerable.Repeat((long)PerSecond, 60)]).Interval!;

        Assert.InRange(interval.High - interval.Low, 0, 1);
    }

    [Fact]
    public void Samples_of_several_seconds_say_the_same_as_their_seconds()
    {
        var drawn = Drawn(new Random(4711), memory: 0.5, seconds: 240);

        var (seconds, longer) = (Decide(drawn), Decide(drawn, length: 4));

        Assert.Equal(seconds.Figure, longer.Figure);
        Assert.Equal(seconds.Interval!.Low, longer.Interval!.Low, 6);
        Assert.Equal(seconds.Interval!.High, longer.Interval!.High, 6);
    }

    private static Verdict Decide(List<long> completed, int length = 1)
    {
        var timeline = LongSamples.Widened([.. completed.Select(
            (count, second) => new SecondSample(second, null, count, 0, 0, 1, default, default, default, null, null))], length);
        var none = LatencySummary.Of(new());
        var total = completed.Sum();
        var operation = new OperationResult("a", new(total, total, 0, 0, 0), none, none, none, null, PerSecond, null, [], []);
        var scenario = new ScenarioResult(
            "s", LoadModel.Closed, "users", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.FromSeconds(completed.Count), 1, [operation],
                timeline, new(0, null, 0, 0, TimeSpan.Zero), null);
        return Assert.Single(TargetJudge.Decide(Sample with { Scenarios = [scenario] }, [PerMinute]));
    }

    private static List<long> Drawn(Random random, double memory, int seconds)
    {
        var (counts, drift) = (new List<long>(), 0.0);
        for (var second = 0; second < seconds; second++)
        {
            drift = (memory * drift) + Normal(random);
            counts.Add((long)Math.Max(0, Math.Round(PerSecond + (7 * drift))));
        }

        return counts;
    }

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
