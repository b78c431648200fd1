using CsCheck;
using LoadHarness.Core.Measurement;
using LoadHarness.Load;
using static LoadHarness.UnitTests.Load.VirtualRun;

namespace LoadHarness.UnitTests.Load;

/// <summary>Whatever is asked for, nothing is lost, nothing is early, and the books balance.</summary>
public sealed class RandomProfileTests
{
    private static readonly Gen<LoadSimulation> ClosedSimulation = Gen.OneOf(
        Gen.Select(Gen.Int[1, 8], SimulationGen.Length, Simulation.KeepConstant),
        Gen.Select(Gen.Int[0, 8], SimulationGen.Length, Simulation.RampingConstant),
        Gen.Select(Gen.Int[1, 8], Gen.Int[1, 50], (copies, n) => Simulation.IterationsForConstant(copies, n)));

    private static readonly Gen<Profile> Profiles = Gen.Select(
        Gen.OneOf(SimulationGen.Open, ClosedSimulation).Array[1, 5],
        Gen.Int[1, 40],
        Gen.Int[5, 700],
        Gen.Int[0, 2],
        Gen.Int[0, 3],
        (simulations, limit, service, rhythm, failures) => new Profile(simulations, limit, service, rhythm, failures));

    [Fact]
    public void The_books_balance_for_any_profile() => Profiles.Sample(
        profile =>
        {
            var (result, started, _) = Play(profile);
            var ended = result.Accounting.Completed + result.Accounting.Failed;
            var timeline = result.Timeline.Aggregate(new LatencyHistogram(), Merge);
            return result.Accounting.Balances
                && ended + result.Accounting.InFlight == started
                && result.Timeline.Sum(s => s.Completed) == result.Accounting.Completed
                && result.Timeline.Sum(s => s.Failed) == result.Accounting.Failed
                && result.Timeline.Sum(s => s.Skipped) == result.Accounting.Skipped
                && timeline.Encode() == result.Operations[0].Response.Encoded;
        },
        iter: 150);

    [Fact]
    public void No_arrival_is_early_and_none_is_lost() => Gen.Select(SimulationGen.Open.Array[1, 5], Gen.Int[5, 700]).Sample(
        (simulations, service) =>
        {
            var (result, started, earliest) = Play(new Profile(simulations, int.MaxValue, service, 0, 0));
            return result.Accounting.Scheduled == started
                && result.Accounting.Completed == started
                && earliest >= 0
                && result.Operations.All(o => o.Lag.Maximum == (started == 0 ? null : TimeSpan.Zero));
        },
        iter: 150);

    private static (ScenarioResult Result, long Started, double Earliest) Play(Profile profile)
    {
        var run = new VirtualRun { Options = new() { DrainTime = Seconds(2) } };
        var (started, earliest) = (0L, double.MaxValue);
        var scenario = Scenario.Create("s", async context =>
        {
            started++;
            earliest = Math.Min(earliest, run.Elapsed);
            await context.Delay(Milliseconds(context.Random.Next(1, profile.ServiceMilliseconds)));
            return context.Random.Next(10) < profile.FailuresInTen ? Response.Fail("no") : Response.Ok(1);
        });
        scenario = profile.Rhythm switch
        {
            1 => scenario.WithPacing(Milliseconds(150)),
            2 => scenario.WithThinkTime(Milliseconds(150)),
            _ => scenario,
        };
        var played = run.Play(scenario.WithMaxInFlight(profile.Limit).WithLoadSimulations(profile.Simulations));
        return (played.GetAwaiter().GetResult(), started, earliest);
    }

    private static LatencyHistogram Merge(LatencyHistogram sum, SecondSample second)
    {
        if (second.Buckets is { } buckets) sum.Add(LatencyHistogram.Decode(buckets));
        return sum;
    }

    private sealed record Profile(LoadSimulation[] Simulations, int Limit, int ServiceMilliseconds, int Rhythm, int FailuresInTen)
    {
        public override string ToString() =>
            $"[{string.Join("; ", (object[])Simulations)}] limit {Limit}, service to {ServiceMilliseconds} ms, rhythm {Rhythm}, "
                + $"failures {FailuresInTen}";
    }
}
