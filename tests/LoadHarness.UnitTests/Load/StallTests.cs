using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>
/// A server that answers in 5 ms but stands still from the 10th to the 12th second of 30. The truth is computed apart, from the arrivals
/// alone.
/// </summary>
public sealed class StallTests
{
    private const double Service = 0.005;
    private const double StallFrom = 10;
    private const double StallTo = 12;

    [Fact]
    public async Task The_open_model_reports_a_stall_as_those_who_arrived_saw_it()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(TimeToAnswer).WithLoadSimulations(Simulation.Inject(200, Seconds(1), Seconds(30))));

        AssertTruth(result, Enumerable.Range(0, 6000).Select(k => AnsweredAt(k / 200.0) - (k / 200.0)));
    }

    [Fact]
    public async Task The_paced_closed_model_reports_a_stall_as_those_who_meant_to_ask_saw_it()
    {
        const int users = 20;
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(TimeToAnswer).WithPacing(Seconds(0.1))
            .WithLoadSimulations(Simulation.KeepConstant(users, Seconds(30))));

        AssertTruth(result, Enumerable.Range(0, users).SelectMany(u => PacedUser(u * 0.1 / users)));
    }

    [Fact]
    public async Task Service_time_shows_what_a_generator_without_intended_starts_would_have_reported()
    {
        var run = new VirtualRun();

        var result = await run.Play(run.Scenario(TimeToAnswer).WithPacing(Seconds(0.1))
            .WithLoadSimulations(Simulation.KeepConstant(20, Seconds(30))));

        Assert.Equal(Service * 1000, result.Operations[0].Service.P99!.Value.TotalMilliseconds, 0.01);
        Assert.True(result.Operations[0].Response.P99 > Seconds(1));
    }

    private static TimeSpan TimeToAnswer(double at) => Seconds(AnsweredAt(at) - at);

    private static double AnsweredAt(double at) => (at is >= StallFrom and < StallTo ? StallTo : at) + Service;

    private static IEnumerable<double> PacedUser(double first)
    {
        var free = 0.0;
        for (var k = 0; k < 300; k++)
        {
            var intended = first + (k * 0.1);
            free = AnsweredAt(Math.Max(intended, free));
            yield return free - intended;
        }
    }

    private static void AssertTruth(ScenarioResult result, IEnumerable<double> responses)
    {
        var truth = responses.Order().ToList();
        var reported = result.Operations[0].Response;
        Assert.Equal(truth.Count, reported.Count);
        AssertWithin(0.001, truth[(int)Math.Ceiling(truth.Count * 0.99) - 1], reported.P99!.Value);
        AssertWithin(0.001, truth[(int)Math.Ceiling(truth.Count * 0.999) - 1], reported.P999!.Value);
        AssertWithin(0.001, truth[truth.Count / 2], reported.P50!.Value);
    }

    private static void AssertWithin(double share, double truth, TimeSpan reported) =>
        Assert.InRange((reported.TotalSeconds / truth) - 1, -share, share);
}
