using LoadHarness.Core.Comparing.Runs;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.UnitTests.Targets;

/// <summary>
/// The interval of a p95 holds the one that the requests were really drawn from, about as often as it says: also where a server stands
/// still for a fifth of a second at times, so that twenty neighbouring requests are slow at once.
/// </summary>
public sealed class PercentileTruthTests
{
    private const int Seconds = 15;
    private const double Stalled = 0.04;

    /// <summary>
    /// Requests that meet no stall take 10 to 110 ms, each time as often as any other: 95 in 96 of them are 95 in 100 of all.
    /// </summary>
    private const double Truth = 10 + (100 * 0.95 / (1 - Stalled));

    private static readonly RunResult Sample = SampleRun.Create(seconds: 5);
    private static readonly Target P95 = new("TQ-1", "Requests", Statistic.ResponseP95, 300, LimitDirection.AtMost, "ms", "s", null, 100);

    [Fact]
    public void It_covers_the_truth_where_slow_requests_come_together()
    {
        const int runs = 1_000;
        var random = new Random(4711);
        var verdicts = Enumerable.Range(0, runs).Select(_ => Decide(Drawn(random, Stalled))).ToList();

        Assert.InRange(verdicts.Count(verdict => Covers(verdict.Interval!, Truth)) / (double)runs, 0.90, 0.99);
        // The truth is within the limit, and stalls are not.
        Assert.InRange(verdicts.Count(verdict => verdict.Kind == VerdictKind.Missed) / (double)runs, 0, 0.025);
    }

    [Fact]
    public void Of_independent_requests_it_is_hardly_wider_than_their_number_makes_it()
    {
        const int runs = 400;
        var random = new Random(4711);
        var drawn = Enumerable.Range(0, runs).Select(_ => Drawn(random, stalled: 0)).ToList();
        var intervals = drawn.Select(operation => Decide(operation).Interval!).ToList();
        var wider = intervals.Average(Width) / drawn.Average(operation => Width(Decide(operation with { Timeline = [] }).Interval!));

        Assert.InRange(wider, 1, 1.3);
        Assert.InRange(intervals.Count(interval => Covers(interval, 105)) / (double)runs, 0.94, 1);
    }

    [Fact]
    public void Two_runs_of_the_same_code_seldom_differ()
    {
        const int pairs = 300;
        var random = new Random(4711);
        var runs = Enumerable.Range(0, pairs + 1).Select(_ => RunOf(Drawn(random, Stalled))).ToList();

        var differ = runs.Zip(runs.Skip(1)).Count(pair => RunComparison.Of(pair.First, pair.Second).Operations
            .Single(change => change.Metric == "p95") is { IsWorse: true } or { IsBetter: true });

        Assert.InRange(differ / (double)pairs, 0, 0.07);
    }

    [Fact]
    public void Stalls_far_below_the_limit_leave_nothing_undecided()
    {
        var random = new Random(4711);

        Assert.All(Enumerable.Range(0, 100), _ =>
            Assert.Equal(VerdictKind.Met, Decide(Drawn(random, Stalled), P95 with { Limit = 1_000 }).Kind));
    }

    [Theory]
    [InlineData(15, 3)]
    [InlineData(5, 100)]
    public void Few_requests_or_seconds_keep_the_interval_that_their_number_gives(int seconds, int inSlot)
    {
        var operation = Drawn(new Random(4711), Stalled, seconds, inSlot);

        Assert.NotNull(Decide(operation).Interval);
        Assert.Equal(Decide(operation with { Timeline = [] }).Interval, Decide(operation).Interval);
    }

    private static bool Covers(ConfidenceInterval interval, double truth) => interval.Low <= truth && truth <= interval.High;

    private static double Width(ConfidenceInterval interval) => interval.High - interval.Low;

    private static Verdict Decide(OperationResult operation) => Decide(operation, P95);

    private static Verdict Decide(OperationResult operation, Target target) =>
        Assert.Single(TargetJudge.Decide(RunOf(operation), [target]));

    private static RunResult RunOf(OperationResult operation) => Sample with
    {
        Scenarios =
        [
            new("s", LoadModel.Open, "Inject 100/s", DateTimeOffset.UnixEpoch, TimeSpan.Zero, TimeSpan.FromSeconds(Seconds), 1, [operation],
                [], new(0, null, 0, 0, TimeSpan.Zero), null),
        ],
    };

    /// <param name="stalled">The share of slots of a fifth of a second in which all requests are slow.</param>
    /// <param name="inSlot">Requests in a fifth of a second.</param>
    private static OperationResult Drawn(Random random, double stalled, int seconds = Seconds, int inSlot = 20)
    {
        var (all, stretches) = (new LatencyHistogram(), new List<OperationStretch>());
        for (var second = 0; second < seconds; second++)
        {
            var inSecond = new LatencyHistogram();
            for (var slot = 0; slot < 5; slot++)
            {
                var (shortest, width) = random.NextDouble() < stalled ? (500, 200) : (10, 100);
                for (var i = 0; i < inSlot; i++) inSecond.Record(TimeSpan.FromMilliseconds(shortest + (width * random.NextDouble())));
            }

            all.Add(inSecond);
            stretches.Add(new(second, 1, inSecond.Count, inSecond.Encode()));
        }

        var (summary, none) = (LatencySummary.Of(all), LatencySummary.Of(new()));
        return new("a", new(all.Count, all.Count, 0, 0, 0), summary, summary, none, 100, 100, null, [], []) { Timeline = stretches };
    }
}
