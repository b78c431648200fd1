using CsCheck;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.UnitTests.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Agents;

/// <summary>The share of a generator that was lost is known from the seed alone.</summary>
public sealed class LostShareTests
{
    private const string Reason = "agent 2/3 was lost";

    private static readonly TimeSpan ToTheEnd = TimeSpan.FromDays(1);

    [Fact]
    public void A_lost_share_is_what_the_generator_would_have_offered_operation_by_operation() =>
        Gen.Select(Gen.Double[1, 50], Gen.Int[500, 4000], Gen.Bool, Gen.Int[1, 9], Gen.Int[0, 2], Gen.Bool).Sample(
            (rate, during, poisson, users, index, isOpen) =>
            {
                var scenario = Mix().WithLoadSimulations(isOpen
                    ? Simulation.Inject(rate, Seconds(1), Milliseconds(during), poisson ? Arrivals.Poisson : Arrivals.Even)
                    : Simulation.KeepConstant(users, Milliseconds(during)));
                if (!isOpen) scenario = scenario.WithPacing(Milliseconds(170));
                var share = new LoadShare(index, 3);
                var made = new VirtualRun { Options = new() { Seed = 5, Share = share } }.Play(scenario).GetAwaiter().GetResult();

                var lost = LostShare.PlayAsync(scenario, share, 5, ToTheEnd, DateTimeOffset.UnixEpoch, Reason).GetAwaiter().GetResult();

                Assert.Equal(made.Operations.Select(o => o.Accounting.Scheduled), lost.Operations.Select(o => o.Accounting.Scheduled));
                Assert.Equal(made.Timeline.Sum(second => second.Offered ?? 0), lost.Timeline.Sum(second => second.Skipped));
            },
            iter: 60);

    [Fact]
    public async Task Every_request_of_it_is_skipped_with_the_reason()
    {
        var scenario = Mix().WithLoadSimulations(Simulation.Inject(30, Seconds(1), Seconds(3)));

        var lost = await LostShare.PlayAsync(scenario, new(1, 3), 5, ToTheEnd, DateTimeOffset.UnixEpoch, Reason);

        Assert.Equal(new Accounting(30, 0, 0, 30, 0), lost.Accounting);
        Assert.All(lost.Operations, operation =>
        {
            Assert.Equal(0, operation.Response.Count + operation.Service.Count + operation.Lag.Count);
            Assert.Equal(new(Reason, operation.Accounting.Skipped), Assert.Single(operation.Errors));
        });
        Assert.Equal([10, 10, 10], lost.Timeline.Select(second => second.Skipped));
        Assert.Empty(RunCheck.Faults(lost));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.95, 10)]
    [InlineData(2, 20)]
    public async Task Of_a_load_that_ended_early_only_what_was_due_until_then_is_booked(double seconds, int skipped)
    {
        var scenario = Mix().WithLoadSimulations(Simulation.Inject(30, Seconds(1), Seconds(3)));

        var lost = await LostShare.PlayAsync(scenario, new(1, 3), 5, Seconds(seconds), DateTimeOffset.UnixEpoch, Reason);

        Assert.Equal(skipped, lost.Accounting.Skipped);
    }

    [Fact]
    public async Task Users_without_a_pace_each_leave_the_request_that_they_were_at()
    {
        var scenario = Mix().WithLoadSimulations(Simulation.KeepConstant(10, Seconds(60)));

        var lost = await LostShare.PlayAsync(scenario, new(0, 3), 5, Seconds(20), DateTimeOffset.UnixEpoch, Reason);

        Assert.Equal(new Accounting(4, 0, 0, 4, 0), lost.Accounting);
    }

    [Fact]
    public async Task Iterations_that_users_share_are_booked_whole()
    {
        var scenario = Mix().WithLoadSimulations(Simulation.IterationsForConstant(1, 7));

        Assert.Equal(7, (await LostShare.PlayAsync(scenario, new(0, 3), 5, Seconds(2), DateTimeOffset.UnixEpoch, Reason))
            .Accounting.Skipped);
        Assert.Equal(0, (await LostShare.PlayAsync(scenario, new(1, 3), 5, Seconds(2), DateTimeOffset.UnixEpoch, Reason))
            .Accounting.Skipped);
    }

    private static ScenarioProps Mix() => Scenario.CreateMix("s", ("a", 3, _ => Response.OkTask()), ("b", 1, _ => Response.OkTask()));
}
