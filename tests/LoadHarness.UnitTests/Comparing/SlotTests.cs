using LoadHarness.Comparing.Times;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;

namespace LoadHarness.UnitTests.Comparing;

/// <summary>A slot is the sum of its turns: each call counts once, whichever turn it was in.</summary>
public sealed class SlotTests
{
    private static readonly SlotMetric Mean = new("reads/page", "mean");
    private static readonly SlotMetric Median = new("reads/page", "p50");
    private static readonly SlotMetric Cpu = new("reads", "CPU a request");

    [Fact]
    public void The_mean_and_the_median_are_those_of_all_calls_of_all_turns()
    {
        var slot = Of(isWrite: false);
        slot.Add(Turn([.. Enumerable.Repeat(0.010, 30)]), TimeSpan.FromMilliseconds(400));
        slot.Add(Turn([.. Enumerable.Repeat(0.040, 10)]), TimeSpan.FromMilliseconds(200));
        Assert.Equal(17.5, slot.Metrics[Mean], 0.02);
        Assert.Equal(10, slot.Metrics[Median], 0.02);
        Assert.Equal(600.0 / 40, slot.Metrics[Cpu], 0.01);
        Assert.Equal(0.7, slot.Loaded.TotalSeconds, 0.001);
    }

    [Fact]
    public void Turns_of_too_few_calls_add_up_to_a_slot_of_enough()
    {
        var slot = Of(isWrite: false);
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.DoesNotContain(Mean, slot.Metrics.Keys);
            slot.Add(Turn([.. Enumerable.Repeat(0.020, 7)]), TimeSpan.Zero);
        }

        Assert.Equal(20, slot.Metrics[Mean], 0.02);
    }

    [Fact]
    public void The_95th_percentile_is_told_of_a_hundred_calls_and_compared_pair_by_pair()
    {
        var (a, b, few) = (Of(isWrite: false), Of(isWrite: false), Of(isWrite: false));
        a.Add(Turn([.. Enumerable.Repeat(0.010, 90), .. Enumerable.Repeat(0.100, 10)]), TimeSpan.Zero);
        b.Add(Turn([.. Enumerable.Repeat(0.010, 90), .. Enumerable.Repeat(0.200, 10)]), TimeSpan.Zero);
        few.Add(Turn([.. Enumerable.Repeat(0.010, 99)]), TimeSpan.Zero);
        Assert.Equal(100, a.P95["reads/page"], 0.5);
        Assert.Empty(few.P95);

        var pairs = new ScenarioPairs("reads");
        for (var pair = 0; pair < 4; pair++) pairs.Add(a, b);
        var (mean, median) = (Compared(pairs, Mean), Compared(pairs, Median));
        Assert.Equal(2, mean.P95!.Ratio, 0.01);
        Assert.Equal((100, 200), (Math.Round(mean.P95.A), Math.Round(mean.P95.B)));
        Assert.Null(median.P95);

        pairs.Add(a, few);
        Assert.Null(pairs.Compared(Mean, new(PairedEstimate.Of(pairs.LogRatios(Mean), new()), Difference.Open), 0.98).P95);

        static ComparedTime Compared(ScenarioPairs pairs, SlotMetric metric)
        {
            var test = new SequentialTest(1);
            return pairs.Compared(metric, test.Look(pairs.LogRatios(metric)), test.Confidence);
        }
    }

    [Fact]
    public void A_few_imports_have_a_mean_and_no_median()
    {
        var slot = Of(isWrite: true);
        slot.Add(Turn([0.4, 0.6]), TimeSpan.FromSeconds(1));
        Assert.Equal(500, slot.Metrics[Mean], 0.5);
        Assert.DoesNotContain(Median, slot.Metrics.Keys);
    }

    [Fact]
    public void An_operation_that_failed_in_one_turn_is_not_compared()
    {
        var slot = Of(isWrite: true);
        var turn = Turn([0.4]);
        var failed = turn with { Operations = [turn.Operations[0] with { Accounting = new(2, 1, 1, 0, 0) }] };
        foreach (var one in (ScenarioResult[])[turn, failed, turn]) slot.Add(one, TimeSpan.FromSeconds(1));
        Assert.Equal([Cpu], slot.Metrics.Keys);
    }

    [Fact]
    public void An_operation_with_a_call_that_was_never_answered_is_not_compared()
    {
        var slot = Of(isWrite: true);
        var turn = Turn([0.4]);
        var hung = turn with { Operations = [turn.Operations[0] with { Accounting = new(2, 1, 0, 0, 1) }] };
        foreach (var one in (ScenarioResult[])[turn, hung, turn]) slot.Add(one, TimeSpan.FromSeconds(1));
        Assert.Equal([Cpu], slot.Metrics.Keys);
    }

    private static Slot Of(bool isWrite) => new(new ScenarioProps("reads", []), isWrite);

    private static ScenarioResult Turn(double[] seconds) => SampleScenario.Repeated("reads", "page", seconds, 1);
}
