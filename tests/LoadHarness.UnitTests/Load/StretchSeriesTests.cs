using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Recording;

namespace LoadHarness.UnitTests.Load;

/// <summary>Response times of one operation over time: bounded, whole, and at the right seconds.</summary>
public sealed class StretchSeriesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(59, 1)]
    [InlineData(60, 1)]
    [InlineData(61, 2)]
    [InlineData(120, 2)]
    [InlineData(121, 4)]
    [InlineData(3_600, 64)]
    public void Each_request_is_in_one_stretch_at_its_second_however_long_it_ran(int seconds, int width)
    {
        var series = new StretchSeries();
        for (var second = 0; second < seconds; second++) series.Add(Second(second));
        series.End();

        Assert.InRange(series.Closed.Count, 1, OperationStretch.Most);
        Assert.All(series.Closed, stretch => Assert.Equal(width, stretch.Seconds));
        Assert.Equal(seconds, series.Closed.Sum(stretch => stretch.Completed));
        foreach (var stretch in series.Closed)
        {
            // Second s has one request of s + 1 ms, so the stretch shows which seconds it holds.
            var histogram = LatencyHistogram.Decode(stretch.Buckets);
            Assert.Equal(stretch.Completed, histogram.Count);
            Assert.InRange(histogram.Minimum.TotalMilliseconds, (stretch.Second + 1) * 0.999, (stretch.Second + 1) * 1.001);
        }
    }

    [Fact]
    public void Seconds_in_which_nothing_completed_are_left_out()
    {
        var series = new StretchSeries();
        for (var second = 0; second < 10; second++) series.Add(second == 7 ? Second(7) : new());
        series.End();

        Assert.Equal(7, Assert.Single(series.Closed).Second);
    }

    [Fact]
    public async Task A_run_keeps_them_of_each_operation_and_together_they_are_its_response_times()
    {
        var run = await new VirtualRun()
            .Play(Scenario.CreateMix("mix", ("often", 3, _ => Response.OkTask()), ("seldom", 1, _ => Response.OkTask()))
            .WithWarmUpDuration(TimeSpan.FromSeconds(3))
            .WithLoadSimulations(Simulation.Inject(50, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(70))));

        Assert.Equal(2, run.Operations.Count);
        foreach (var operation in run.Operations)
        {
            var together = new LatencyHistogram();
            foreach (var stretch in operation.Timeline) together.Add(LatencyHistogram.Decode(stretch.Buckets));
            Assert.Equal(operation.Response.Encoded, together.Encode());
            Assert.InRange(operation.Timeline.Count, 30, OperationStretch.Most);
        }

        Assert.Empty(StretchFaults(run));
    }

    private static IEnumerable<string> StretchFaults(ScenarioResult scenario) => scenario.Operations
        .SelectMany(operation => operation.Timeline.Where(stretch => stretch.Second >= scenario.Timeline.Count || stretch.Completed == 0))
        .Select(stretch => $"second {stretch.Second}");

    private static LatencyHistogram Second(int second)
    {
        var histogram = new LatencyHistogram();
        histogram.Record(TimeSpan.FromMilliseconds(second + 1));
        return histogram;
    }
}
