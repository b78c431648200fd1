using CsCheck;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using LoadHarness.UnitTests.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Agents;

/// <summary>
/// Several generators make the load of one: the same requests at the same times with the same draws, and figures that add up.
/// </summary>
public sealed class SharedLoadTests
{
    private static readonly Gen<LoadSimulation> UsersSimulation = Gen.OneOf(
        Gen.Select(Gen.Int[1, 9], SimulationGen.Length, Simulation.KeepConstant),
        Gen.Select(Gen.Int[0, 9], SimulationGen.Length, Simulation.RampingConstant));

    private static readonly Gen<int> Rhythms = Gen.Int[0, 2];

    [Fact]
    public void Shares_of_open_and_of_users_load_make_the_requests_of_one_process() =>
        Gen.Select(Gen.OneOf(SimulationGen.Open, UsersSimulation).Array[1, 5], Gen.Int[2, 5], Rhythms).Sample(
            (simulations, count, rhythm) =>
            {
                var alone = Play(simulations, LoadShare.Whole, rhythm);
                var shares = Enumerable.Range(0, count).Select(index => Play(simulations, new(index, count), rhythm)).ToList();
                return alone.Requests.Order().SequenceEqual(shares.SelectMany(share => share.Requests).Order());
            },
            iter: 40);

    [Fact]
    public void Merged_shares_are_the_figures_of_one_process() =>
        Gen.Select(Gen.OneOf(SimulationGen.Open, UsersSimulation).Array[1, 4], Gen.Int[2, 5], Rhythms).Sample(
            (simulations, count, rhythm) =>
            {
                var alone = Play(simulations, LoadShare.Whole, rhythm).Result;
                var merged = ScenarioMerge.Of([.. Enumerable.Range(0, count)
                    .Select(index => ($"{index + 1}/{count}", Play(simulations, new(index, count), rhythm).Result))]);
                return Same(alone, merged);
            },
            iter: 25);

    [Fact]
    public void Shared_iterations_are_split_and_all_made() =>
        Gen.Select(Gen.Select(Gen.Int[1, 9], Gen.Int[1, 60], (copies, n) => Simulation.IterationsForConstant(copies, n)).Array[1, 3],
            Gen.Int[2, 5]).Sample(
            (simulations, count) =>
            {
                var alone = Play(simulations, LoadShare.Whole, rhythm: 0).Result.Accounting.Scheduled;
                var shares = Enumerable.Range(0, count).Select(index => Play(simulations, new(index, count), rhythm: 0).Result).ToList();
                var sum = shares.Aggregate(Accounting.None, (sum, share) => sum + share.Accounting);
                return alone == sum.Scheduled
                    && sum.Completed + sum.Failed == simulations.Sum(one => ((CountedUsersSimulation)one).Iterations);
            },
            iter: 25);

    [Fact]
    public void A_lone_user_stays_with_the_first_generator_so_that_its_iterations_still_come_one_after_the_other()
    {
        LoadSimulation[] simulations = [Simulation.IterationsForConstant(1, 5)];

        Assert.Equal([5, 0, 0], Enumerable.Range(0, 3).Select(index => Play(simulations, new(index, 3), 0).Requests.Count));
    }

    [Fact]
    public void Users_of_different_generators_never_have_the_same_number()
    {
        LoadSimulation[] simulations = [Simulation.RampingConstant(7, Seconds(2)), Simulation.KeepConstant(3, Seconds(1))];

        var numbers = Enumerable.Range(0, 3).Select(index => Play(simulations, new(index, 3), 0).Users).ToList();

        Assert.All(numbers, (own, index) => Assert.All(own, number => Assert.Equal(index, number % 3)));
        Assert.Equal([3, 2, 2], numbers.Select(own => own.Count));
    }

    [Fact]
    public void Generators_together_have_no_more_in_flight_than_one_may()
    {
        LoadSimulation[] simulations = [Simulation.Inject(100, Seconds(1), Seconds(2))];

        var skipped = Enumerable.Range(0, 3)
            .Sum(index => Play(simulations, new(index, 3), 0, maxInFlight: 10, service: 3000).Result.Accounting.Skipped);

        Assert.Equal(Play(simulations, LoadShare.Whole, 0, maxInFlight: 10, service: 3000).Result.Accounting.Skipped, skipped);
    }

    [Fact]
    public void Users_begin_anew_when_those_who_shared_iterations_are_through()
    {
        LoadSimulation[] simulations = [Simulation.IterationsForConstant(3, 3), Simulation.KeepConstant(3, Seconds(2))];

        Assert.True(Play(simulations, LoadShare.Whole, 0).Requests.Count > 10);
    }

    private static (ScenarioResult Result, List<(double At, int Draw, long Invocation, string Operation)> Requests,
        HashSet<int> Users) Play(
        LoadSimulation[] simulations, LoadShare share, int rhythm, int maxInFlight = int.MaxValue, int service = 0)
    {
        var run = new VirtualRun { Options = new() { Seed = 11, Share = share, DrainTime = Seconds(5) } };
        var (requests, users) = (new List<(double, int, long, string)>(), new HashSet<int>());
        var scenario = Scenario.CreateMix("s", ("a", 3, c => Iterate("a", c)), ("b", 1, c => Iterate("b", c)));
        scenario = rhythm switch
        {
            1 => scenario.WithPacing(Milliseconds(150)),
            2 => scenario.WithThinkTime(Milliseconds(150)),
            _ => scenario,
        };
        var played = run.Play(scenario.WithMaxInFlight(maxInFlight).WithLoadSimulations(simulations)).GetAwaiter().GetResult();
        return (played, requests, users);

        async Task<IResponse> Iterate(string operation, IScenarioContext context)
        {
            var draw = context.Random.Next(1, 500);
            requests.Add((Math.Round(run.Elapsed, 9), draw, context.InvocationNumber, operation));
            users.Add(context.UserNumber);
            await context.Step("wait", async () =>
            {
                await context.Delay(Milliseconds(service > 0 ? service : draw));
                return true;
            });
            return context.Random.Next(10) == 0 ? Response.Fail("no") : Response.Ok(1);
        }
    }

    private static bool Same(ScenarioResult alone, ScenarioResult merged) =>
        alone.Measured == merged.Measured
        && alone.Timeline.Select(Exact).SequenceEqual(merged.Timeline.Select(Exact))
        && alone.Timeline.Zip(merged.Timeline).All(pair => !(pair.First.LagP99 > pair.Second.LagP99))
        && alone.Operations.Zip(merged.Operations).All(pair => Same(pair.First, pair.Second));

    // A second's lag is that of the latest generator; what is in flight at its very end depends on which of two things at one instant is
    // first.
    private static SecondSample Exact(SecondSample second) => second with { LagP99 = null, InFlight = 0 };

    private static bool Same(OperationResult alone, OperationResult merged) =>
        alone.Name == merged.Name
        && alone.Accounting == merged.Accounting
        && alone.Response == merged.Response
        && alone.Service == merged.Service
        && alone.Lag == merged.Lag
        && alone.Items == merged.Items
        && Math.Abs(alone.ThroughputPerSecond - merged.ThroughputPerSecond) < 1e-9
        && Math.Abs((alone.OfferedPerSecond ?? 0) - (merged.OfferedPerSecond ?? 0)) < 1e-6
        && alone.Errors.SequenceEqual(merged.Errors)
        && alone.Timeline.SequenceEqual(merged.Timeline)
        && alone.Steps.SequenceEqual(merged.Steps);
}
