using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Proving;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Targets;
using LoadHarness.Load;
using LoadHarness.Scenarios;
using LoadHarness.Scenarios.Profiles;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Headroom;

/// <summary>Looks for the rate at which the first target of each scenario breaks, on a copy of a seeded cluster.</summary>
/// <param name="level">How long each rate is offered.</param>
public sealed class HeadroomRun(TimeSpan level, SeedRequest request, ServerProfile profile, bool keep, IStageProgress progress)
{
    /// <summary>As few as have an interval.</summary>
    private const int Rounds = 3;

    /// <summary>The search ends when the rate that held and the one that broke are no further apart.</summary>
    private const double Precision = 1.1;

    /// <summary>A slow rate is offered for longer: a 95th percentile of fewer requests says nothing.</summary>
    private const int FewestArrivals = 20;

    /// <summary>Times the profile's rate: no lower and no higher rate is tried.</summary>
    private const double Least = 1.0 / 8;

    private const double Most = 64;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly ArmSpecification Optimized = ArmSpecification.Parse("headroom", "optimized");

    /// <summary>Null makes one of the asked scale. Who gives one disposes it.</summary>
    public SeededTemplate? Template { get; init; }

    /// <param name="load">Its rates are where the searches begin; scenarios without a rate take no part.</param>
    /// <exception cref="HarnessException">A database cannot be made, or the profile has no scenario with a rate.</exception>
    public async Task<HeadroomReport> MeasureAsync(
        LoadProfile load, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        if (!ScenarioCatalog.All.Any(scenario => scenario.HasRate(load)))
            throw new HarnessException(
                $"Profile '{load.Name}' has no scenario with a rate, so there is none to raise. "
                    + "Give one with leadQueries, leadSearch or segmentation.", ExitCode.BadUsage);
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        await using var own = Template is null ? await MakeAsync(cancellationToken) : null;
        await using var sql = await SqlFolder.OfAsync(Optimized.Schema, cancellationToken);
        await using var arm = await new CrmArmFactory(Template ?? own!, sql, rebuild: false)
            .StartAsync("headroom", Optimized, progress, cancellationToken);
        await using var environment = arm.OpenWorkbench(load);
        var scenarios = ScenarioCatalog.All.SelectMany(scenario => scenario.Build(environment))
            .Where(props => RateOf(props) is not null).ToList();
        var found = new List<ScenarioHeadroom>();
        foreach (var scenario in scenarios) found.Add(await SearchAsync(scenario, targets, cancellationToken));
        return new(request.Contacts, request.Seed, startedUtc, Stopwatch.GetElapsedTime(started), arm.Facts.Version, level, found)
        {
            FileSystem = arm.Facts.FileSystem,
        };
    }

    private Task<SeededTemplate> MakeAsync(CancellationToken cancellationToken) =>
        SeededTemplate.MakeAsync(request, profile, null, keep, progress, cancellationToken);

    /// <returns>Null for a scenario of users, or of a rate that changes.</returns>
    private static double? RateOf(ScenarioProps scenario) =>
        scenario.Simulations is [RateSimulation rate] && rate.FromPerSecond == rate.ToPerSecond ? rate.ToPerSecond : null;

    private async Task<ScenarioHeadroom> SearchAsync(
        ScenarioProps scenario, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        var rate = RateOf(scenario)!.Value;
        var range = new ClaimSearch(SearchedLoad.Requests, rate * Least, rate, rate * Most);
        var held = new List<HeldLevel>();
        // Deep pages need a walk down the list, once; and the first requests of a session have no plans yet.
        var warm = await OfferAsync(scenario, rate, request.Seed, cancellationToken);
        if (warm[0] is { Accounting.Scheduled: 0, AbortReason: { } reason }) throw new HarnessException($"{scenario.Name}: {reason}");
        using var task = progress.Begin($"Highest rate of {scenario.Name}", Rounds, "rounds");
        for (var round = 0; round < Rounds; round++)
        {
            var roundSeed = request.Seed + (ulong)round;
            held.Add(await new LevelSearch(BrokeAsync, range, Precision, step: 0)
                .FindAsync(rate, held.LastOrDefault(), cancellationToken));
            task.Advance(1);

            async Task<LevelFault?> BrokeAsync(double perSecond, CancellationToken cancellationToken) => LevelTrial.Of(
                await OfferAsync(scenario.WithoutInit(), perSecond, roundSeed, cancellationToken),
                operation => ScaleTarget.Of(OperationPath.Of(scenario.Name, operation), 1, targets), Environment.ProcessorCount);
        }

        return new(scenario.Name, rate, held);
    }

    private Task<IReadOnlyList<ScenarioResult>> OfferAsync(
        ScenarioProps scenario, double perSecond, ulong offerSeed, CancellationToken cancellationToken)
    {
        var during = TimeSpan.FromSeconds(Math.Max(level.TotalSeconds, FewestArrivals / perSecond));
        var offered = scenario.WithoutWarmUp().WithLoadSimulations(Simulation.Inject(perSecond, Second, during));
        return LevelTrial.PlayAsync([offered], offerSeed, cancellationToken);
    }
}
