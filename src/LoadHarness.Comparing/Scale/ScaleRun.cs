using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Comparing.Times;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Targets;
using LoadHarness.Scenarios;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Scale;

/// <summary>Measures every operation at several sizes, and fits how its figures grow.</summary>
/// <param name="plan">Scenarios, calls, and how long a slot lasts; no slot: blocks alone.</param>
public sealed class ScaleRun(ComparisonPlan plan, ulong seed, ServerProfile profile, bool keep, IStageProgress progress)
{
    /// <summary>Slots of each scenario at each size, each one turn: their mean is the point.</summary>
    private const int Slots = 3;

    private static readonly ArmSpecification Optimized = ArmSpecification.Parse("scale", "optimized");

    private ArmServerFacts? _server;

    /// <param name="sizes">Leads, in rising order.</param>
    /// <exception cref="HarnessException">A database cannot be made, or an operation fails.</exception>
    public async Task<ScaleReport> MeasureAsync(
        IReadOnlyList<long> sizes, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        // The same work at each size: an import or a campaign of all leads would grow with them by itself.
        var equal = plan with { Recipients = Math.Min(plan.Recipients, sizes[0]) };
        var figures = new List<SizedFigure>();
        foreach (var size in sizes)
        {
            progress.Note($"Scale: {size:N0} leads.");
            figures.AddRange(await MeasureAsync(size, equal, cancellationToken));
        }

        var operations = SizedFigures.ByOperation(
            figures, equal.MeasuresTimes,
            operation => IsCampaign(operation) ? [] : ScaleTarget.Of(operation, equal.ImportRows, targets));
        return new(sizes, seed, startedUtc, Stopwatch.GetElapsedTime(started), _server?.Version ?? "", operations)
        {
            FileSystem = _server?.FileSystem,
        };
    }

    private async Task<IReadOnlyList<SizedFigure>> MeasureAsync(long size, ComparisonPlan equal, CancellationToken cancellationToken)
    {
        var request = new SeedRequest(size, seed, Environment.ProcessorCount);
        await using var template = await SeededTemplate.MakeAsync(request, profile, null, keep, progress, cancellationToken);
        await using var sql = await SqlFolder.OfAsync(Optimized.Schema, cancellationToken);
        var factory = new CrmArmFactory(template, sql, rebuild: false);
        var blocks = await BlocksAsync(size, factory, equal, cancellationToken);
        // The counters' imports and campaigns have changed the rows: times are measured on a copy of their own.
        return equal.MeasuresTimes ? [.. blocks, .. await TimesAsync(size, factory, equal, cancellationToken)] : blocks;
    }

    private async Task<IReadOnlyList<SizedFigure>> BlocksAsync(
        long size, CrmArmFactory factory, ComparisonPlan equal, CancellationToken cancellationToken)
    {
        await using var arm = await factory.StartAsync("counters", Optimized, progress, cancellationToken);
        _server = arm.Facts;
        var (first, second) = await new CounterPass(arm, equal, seed).RunAsync(cancellationToken);
        return
        [
            .. first.Zip(second, (a, b) => new SizedFigure(
                a.Name, OperationScale.Blocks, size, (a.Counters[CounterNames.Blocks] + b.Counters[CounterNames.Blocks]) / 2)),
        ];
    }

    private async Task<IReadOnlyList<SizedFigure>> TimesAsync(
        long size, CrmArmFactory factory, ComparisonPlan equal, CancellationToken cancellationToken)
    {
        await using var arm = await factory.StartAsync("times", Optimized, progress, cancellationToken);
        await using var loaded = await LoadedArm.OpenAsync(arm, equal, cancellationToken);
        var means = new List<KeyValuePair<SlotMetric, double>>();
        foreach (var scenario in ScenarioCatalog.All.Select(scenario => scenario.Name).Where(equal.Scenarios.Contains))
        {
            await loaded.WarmAsync(scenario, seed, cancellationToken);
            for (var number = 0; number < Slots; number++)
            {
                var slot = loaded.NewSlot(scenario);
                await loaded.TurnAsync(slot, equal.Slot, seed + (ulong)number, cancellationToken);
                means.AddRange(slot.Metrics);
            }
        }

        return
        [
            .. means.Where(mean => mean.Key.Metric == "mean").GroupBy(mean => mean.Key.Operation, mean => mean.Value)
                .Select(slots => new SizedFigure(slots.Key, OperationScale.Mean, size, slots.Average())),
        ];
    }

    // A campaign ends with the chunk of leads that reaches its number: how many it has sent is not known here, so no limit in proportion is
    // either.
    private static bool IsCampaign(string operation) => operation.StartsWith($"{new CampaignSend().Name}/", StringComparison.Ordinal);
}
