using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Recording;
using LoadHarness.Reporting;

namespace LoadHarness.UnitTests.Load;

/// <summary>A load of hours or days: its timeline is bounded and whole, and its run.json is read again.</summary>
public sealed class LongTimelineTests : IDisposable
{
    private const long Second = 1_000_000_000;

    /// <summary>Of the 128 MB that are read, for one of ten scenarios.</summary>
    private const long LargestFile = 12_800_000;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_two_days_at_a_hundred_a_second_leave_is_written_and_read_again()
    {
        const int seconds = 200_000;
        var timeline = Recorded(seconds, perSecond: 100).Timeline(offersNothing: false, hasLag: true);
        var file = Path.Combine(_directory.Path, "run.json");

        await RunJson.WriteAsync(RunOf(timeline, seconds), file, TestContext.Current.CancellationToken);
        var read = await RunJson.ReadAsync(file, TestContext.Current.CancellationToken);

        Assert.Equal(timeline, read.Scenarios[0].Timeline);
        Assert.InRange(timeline.Count, 100, SecondSample.Most);
        Assert.Equal(100L * seconds, timeline.Sum(sample => sample.Completed));
        Assert.InRange(new FileInfo(file).Length, 1, LargestFile);
    }

    [Fact]
    public void Two_days_have_at_most_so_many_samples_and_the_totals_of_their_seconds()
    {
        const int seconds = 172_800;
        var timeline = Recorded(seconds, perSecond: 1).Timeline(offersNothing: false, hasLag: true);

        Assert.InRange(timeline.Count, 1_000, SecondSample.Most);
        Assert.Equal(seconds, timeline.Sum(sample => sample.Seconds));
        Assert.Equal(timeline.Select((_, index) => index * timeline[0].Seconds), timeline.Select(sample => sample.Second));
        Assert.All(timeline, sample => Assert.Equal(
            (sample.Seconds, sample.Seconds, sample.Seconds), ((int)sample.Offered!.Value, (int)sample.Completed, Times(sample))));
        Assert.All(timeline, sample => Assert.Equal(4, sample.InFlight));
    }

    [Fact]
    public async Task A_run_of_three_hours_has_samples_of_two_seconds_that_make_its_sums()
    {
        var run = await new VirtualRun().Play(Scenario.CreateMix("mix", ("a", 1, _ => Response.OkTask()), ("b", 1, _ => Response.OkTask()))
            .WithWarmUpDuration(TimeSpan.FromSeconds(3))
            .WithLoadSimulations(Simulation.Inject(1, TimeSpan.FromSeconds(1), TimeSpan.FromHours(3))));

        Assert.All(run.Timeline.SkipLast(1), sample => Assert.Equal(2, sample.Seconds));
        Assert.Equal((10_800L, 10_800L), (run.Accounting.Completed, run.Timeline.Sum(sample => sample.Completed)));
        Assert.Equal(TimeSpan.FromHours(3), TimeSpan.FromTicks(run.Timeline.Sum(sample => sample.Loaded.Ticks)));
        Assert.Empty(RunCheck.Faults(run));
    }

    [Fact]
    public void Long_histograms_are_put_together_before_there_are_too_many()
    {
        const int mostText = 20_000;
        var series = new StretchSeries(most: 1_000, mostText);
        for (var second = 0; second < 900; second++)
        {
            var times = new LatencyHistogram();
            for (var i = 0; i < 50; i++) times.RecordNanoseconds(Took(second, i));
            series.Add(times);
        }

        series.End();

        Assert.InRange(series.Closed.Count, 2, 500);
        Assert.InRange(series.Closed.Sum(stretch => stretch.Buckets.Length), 1, 2 * mostText);
        Assert.Equal(900L * 50, series.Closed.Sum(stretch => stretch.Completed));
    }

    private static int Times(SecondSample sample) => (int)LatencyHistogram.Decode(sample.Buckets!).Count;

    /// <summary>As a phase leaves it: each second its requests, and after it so many in flight.</summary>
    private static PhaseRecorder Recorded(int seconds, int perSecond)
    {
        var recorder = new PhaseRecorder(1, Instant.Origin);
        var good = Reply.Of(Response.Ok());
        for (var second = 0; second < seconds; second++)
        {
            for (var i = 0; i < perSecond; i++)
            {
                var intended = new Instant((second * Second) + (i * (Second / perSecond) / 2));
                recorder.Offer(0, intended);
                recorder.Record(0, 0, intended, intended, intended + Took(second, i), good);
            }

            recorder.Seal(second + 1, inFlight: second % 5);
        }

        recorder.Close();
        return recorder;
    }

    /// <summary>From 1 ms to 8 ms, others in each second.</summary>
    private static long Took(int second, int request) =>
        (long)(1_000_000 * Math.Pow(1.02, request) * (1 + (((second * 31) + (request * 17)) % 97 / 1_000.0)));

    private static RunResult RunOf(IReadOnlyList<SecondSample> timeline, int seconds)
    {
        var run = SampleRun.Create(seconds: 5);
        return run with
        {
            Identity = run.Identity with { Duration = TimeSpan.FromDays(3) },
            Scenarios = [run.Scenarios[0] with { Timeline = timeline, Measured = TimeSpan.FromSeconds(seconds) }, .. run.Scenarios.Skip(1)],
        };
    }
}
