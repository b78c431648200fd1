using LoadHarness.Core.Measurement;
using LoadHarness.Load.Clocks;
using LoadHarness.Load.Running;

namespace LoadHarness.Load;

/// <summary>
/// What a generator that was lost should have offered. Its own counts are gone with it, but arrivals and their operations follow from the
/// seed: its share is played on a virtual clock, and every request of it counts as skipped.
/// </summary>
/// <remarks>
/// Users without a pace offer nothing by time: of them the one request counts that each had under way, and of iterations that users share
/// all that fell to the lost generator.
/// </remarks>
public static class LostShare
{
    private static readonly TimeSpan BeyondAnyLoad = TimeSpan.FromDays(1_000);

    /// <param name="scenario">As the generator ran it.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="until">How long the load was on.</param>
    /// <param name="reason">Why the share is missing.</param>
    public static async Task<ScenarioResult> PlayAsync(
        ScenarioProps scenario, LoadShare share, ulong seed, TimeSpan until, DateTimeOffset startedUtc, string reason)
    {
        if (until <= TimeSpan.Zero) return ScenarioResults.NotBegun(scenario, startedUtc, reason);
        using var end = new CancellationTokenSource();
        var clock = new VirtualClock();
        _ = clock.Delay(until + TimeSpan.FromTicks(LoadRunner.Headstart / TimeSpan.NanosecondsPerTick), CancellationToken.None)
            .ContinueWith(_ => end.Cancel(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var played = await new LoadRunner(clock, new()
        {
            Seed = seed,
            Share = share,
        }).RunAsync([Silent(scenario, reason)], null, end.Token);
        return Skipped(played[0], scenario, startedUtc, reason);
    }

    private static ScenarioProps Silent(ScenarioProps scenario, string reason)
    {
        var lost = Response.Fail(reason);
        // Users who wait for nothing would go on for ever in no time.
        var neverAnswers = scenario.Pace == TimeSpan.Zero && scenario.Simulations.Any(simulation => simulation is UsersSimulation);
        var silent = new ScenarioProps(scenario.Name, [.. scenario.Operations.Select(operation => operation with { Run = Answer })])
            .WithMaxInFlight(int.MaxValue)
            .WithLoadSimulations([.. scenario.Simulations]);
        return scenario.Pace > TimeSpan.Zero ? silent.WithPacing(scenario.Pace) : silent;

        async Task<IResponse> Answer(IScenarioContext context)
        {
            if (neverAnswers) await context.Delay(BeyondAnyLoad);
            return lost;
        }
    }

    private static ScenarioResult Skipped(ScenarioResult played, ScenarioProps scenario, DateTimeOffset startedUtc, string reason) =>
        played with
        {
            LoadDescription = LoadPlan.Describe(scenario),
            StartedUtc = startedUtc,
            Users = null,
            Measured = TimeSpan.Zero,
            Operations = [.. played.Operations.Select(operation => Skipped(operation, reason))],
            Timeline = [.. played.Timeline.Select(second => second with
            {
                Completed = 0, Failed = 0, Skipped = second.Completed + second.Failed + second.Skipped, InFlight = 0, LagP99 = null,
                Buckets = null,
            })],
            Generator = new(0, null, 0, 0, TimeSpan.Zero),
            AbortReason = reason,
            Notes = [],
        };

    private static OperationResult Skipped(OperationResult operation, string reason)
    {
        var (nothing, requests) = (LatencySummary.Of(new()), operation.Accounting.Scheduled);
        return operation with
        {
            Accounting = new(requests, 0, 0, requests, 0),
            Response = nothing,
            Service = nothing,
            Lag = nothing,
            ThroughputPerSecond = 0,
            Items = null,
            Steps = [],
            Errors = requests == 0 ? [] : [new(reason, requests)],
            Timeline = [],
        };
    }
}
