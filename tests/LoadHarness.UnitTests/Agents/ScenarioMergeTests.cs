using LoadHarness.Core.Measurement;

namespace LoadHarness.UnitTests.Agents;

/// <summary>What of several generators is not simply a sum; the sums are in <see cref="SharedLoadTests"/>.</summary>
public sealed class ScenarioMergeTests
{
    private static readonly ScenarioResult One = SampleRun.Create(seconds: 10).Scenarios[0];

    [Fact]
    public void Percentiles_are_those_of_all_requests_and_no_mean_of_percentiles()
    {
        var (fast, slow) = (Times(100, 1), Times(100, 1_000));
        var merged = ScenarioMerge.Of([("1/2", With(fast)), ("2/2", With(slow))]).Operations[0].Response;

        Assert.Equal(200, merged.Count);
        Assert.InRange(merged.P50!.Value.TotalMilliseconds, 0.99, 1.01);
        Assert.InRange(merged.P95!.Value.TotalMilliseconds, 999, 1_001);
    }

    [Fact]
    public void What_is_merged_is_a_sound_scenario() =>
        Assert.Empty(RunCheck.Faults(ScenarioMerge.Of([("1/3", One), ("2/3", One), ("3/3", One)])));

    [Fact]
    public void Stretches_of_different_lengths_become_those_of_the_longer()
    {
        var buckets = Times(10, 5).Encoded;
        var (seconds, pairs) = (
            Stretched([.. Enumerable.Range(0, 6).Select(second => new OperationStretch(second, 1, 10, buckets))]),
            Stretched([new(0, 4, 10, buckets), new(4, 4, 10, buckets)]));

        var merged = ScenarioMerge.Of([("1/2", seconds), ("2/2", pairs)]).Operations[0].Timeline;

        Assert.Equal([(0, 4, 50L), (4, 4, 30L)], merged.Select(stretch => (stretch.Second, stretch.Seconds, stretch.Completed)));
    }

    [Fact]
    public void Samples_of_different_lengths_become_those_of_the_longer()
    {
        var longer = One with { Timeline = LongSamples.Widened(One.Timeline, 4) };

        var merged = ScenarioMerge.Of([("1/2", One), ("2/2", longer)]);

        Assert.Equal([(0, 4), (4, 4), (8, 2)], merged.Timeline.Select(sample => (sample.Second, sample.Seconds)));
        Assert.Equal(2 * One.Timeline.Sum(sample => sample.Completed), merged.Timeline.Sum(sample => sample.Completed));
        Assert.Empty(RunCheck.Faults(merged));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("limit", "limit", "limit")]
    [InlineData(null, "limit", "agent 2/2: limit")]
    public void An_end_before_time_names_its_generators(string? first, string? second, string? expected) =>
        Assert.Equal(expected, ScenarioMerge.Of(
            [("1/2", One with { AbortReason = first }), ("2/2", One with { AbortReason = second })]).AbortReason);

    [Fact]
    public void Cores_are_summed_and_of_what_disturbs_the_worst_counts()
    {
        var merged = ScenarioMerge.Of([("1/2", One with { Generator = new(0.5, 0.01, 10, 1, TimeSpan.FromMilliseconds(3)) }),
            ("2/2", One with { Generator = new(0.7, 0.04, 20, 2, TimeSpan.FromMilliseconds(9)) })]);

        Assert.Equal(1.2, merged.Generator.CpuCores, 9);
        Assert.Equal((0.04, 30L, 3, TimeSpan.FromMilliseconds(9)), (merged.Generator.StolenShare!.Value,
            merged.Generator.ManagedBytesAllocated, merged.Generator.Gen2Collections, merged.Generator.GcPause));
    }

    private static LatencySummary Times(int count, double milliseconds)
    {
        var times = new LatencyHistogram();
        for (var i = 0; i < count; i++) times.Record(TimeSpan.FromMilliseconds(milliseconds));
        return LatencySummary.Of(times);
    }

    private static ScenarioResult With(LatencySummary response) => One with
    {
        Operations = [One.Operations[0] with
        {
            Accounting = new(response.Count, response.Count, 0, 0, 0),
            Response = response,
            Service = response,
        }],
    };

    private static ScenarioResult Stretched(IReadOnlyList<OperationStretch> stretches) =>
        One with { Operations = [One.Operations[0] with { Timeline = stretches }] };
}
