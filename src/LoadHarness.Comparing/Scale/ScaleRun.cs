using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Comparing.Times;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Core.Targets;
using LoadHarness.Load;
using LoadHarness.Scenarios;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing.Scale;

/// <summary>Measures every operation at several sizes, and fits how its figures grow.</summary>
/// <param name="plan">Scenarios, calls, and how long a slot lasts; no slot: blocks alone.</param>
public sealed class ScaleRun(ComparisonPlan plan, ulong seed, ServerProfile profile, bool keep, IStageProgress progress)
{
    /// <summary>Slots of each scenario at each size, each one turn: their mean is the point.</summary>
    private const int Slots = 3;

    /// <summary>Imports or campaigns of a slot: in a given time they would write any number of rows, most at the smallest size.</summary>
    private const int WriteCalls = 2;

    /// <summary>
    /// An import has at most one row, and a campaign one recipient, of so many leads of the smallest size. The seven calls on a copy then
    /// add less than a tenth to it: what is measured is of the size that it is told for.
    /// </summary>
    private const long LeadsARow = 100;

    /// <summary>What an import takes whatever its rows weighs too much in fewer of them: a limit in proportion says nothing.</summary>
    private const int FewestJudgedRows = 1_000;

    private static readonly ArmSpecification Optimized = ArmSpecification.Parse("scale", "optimized");

    private ArmServerFacts? _server;

    /// <summary>Told of each copy, with the scenarios that were measured on it, before it goes. Tests count its rows.</summary>
    internal Func<CrmArm, IReadOnlyList<string>, Task> Measured { get; init; } = (_, _) => Task.CompletedTask;

    /// <param name="sizes">Leads, in rising order.</param>
    /// <exception cref="HarnessException">A database cannot be made, or an operation fails.</exception>
    public async Task<ScaleReport> MeasureAsync(
        IReadOnlyList<long> sizes, IReadOnlyList<Target> targets, CancellationToken cancellationToken)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        // The same work at each size: an import or a campaign of all leads would grow with them by itself.
        var most = Math.Max(1, sizes[0] / LeadsARow);
        var equal = plan with { ImportRows = (int)Math.Min(plan.ImportRows, most), Recipients = Math.Min(plan.Recipients, most) };
        var figures = new List<SizedFigure>();
        foreach (var size in sizes)
        {
            progress.Note($"Scale: {size:N0} leads.");
            figures.AddRange(await MeasureAsync(size, equal, cancellationToken));
        }

        var operations = SizedFigures.ByOperation(
            figures, equal.MeasuresTimes, operation => TargetsOf(operation, equal, targets));
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
        var parts = ByCopy(equal);
        var figures = new List<SizedFigure>();
        foreach (var part in parts)
            figures.AddRange(await OnCopyAsync(
                factory, "counters", part, arm => BlocksAsync(size, arm, part, cancellationToken), cancellationToken));
        // The counters' imports and campaigns have changed the rows: times are measured on copies of their own.
        foreach (var part in parts.Where(part => part.MeasuresTimes))
            figures.AddRange(await OnCopyAsync(
                factory, "times", part, arm => TimesAsync(size, arm, part, cancellationToken), cancellationToken));
        return figures;
    }

    // What writes leaves its rows behind, and what comes after it would be measured at another size.
    private static IReadOnlyList<ComparisonPlan> ByCopy(ComparisonPlan equal)
    {
        var names = ScenarioCatalog.All.Select(scenario => scenario.Name).Where(equal.Scenarios.Contains).ToList();
        var reads = names.Except(CrmBench.Writes).ToList();
        var alone = names.Intersect(CrmBench.Writes).Select(name => equal with { Scenarios = [name] });
        return reads.Count == 0 ? [.. alone] : [equal with { Scenarios = reads }, .. alone];
    }

    private async Task<IReadOnlyList<SizedFigure>> OnCopyAsync(
        CrmArmFactory factory, string name, ComparisonPlan part, Func<CrmArm, Task<IReadOnlyList<SizedFigure>>> measure,
            CancellationToken cancellationToken)
    {
        await using var arm = await factory.StartAsync(name, Optimized, progress, cancellationToken);
        _server = arm.Facts;
        var figures = await measure(arm);
        await Measured(arm, part.Scenarios);
        return figures;
    }

    private async Task<IReadOnlyList<SizedFigure>> BlocksAsync(
        long size, CrmArm arm, ComparisonPlan part, CancellationToken cancellationToken)
    {
        var (first, second) = await new CounterPass(arm, part, seed).RunAsync(cancellationToken);
        return
        [
            .. first.Zip(second, (a, b) => new SizedFigure(
                a.Name, OperationScale.Blocks, size, (a.Counters[CounterNames.Blocks] + b.Counters[CounterNames.Blocks]) / 2)),
        ];
    }

    private async Task<IReadOnlyList<SizedFigure>> TimesAsync(
        long size, CrmArm arm, ComparisonPlan part, CancellationToken cancellationToken)
    {
        await using var loaded = await LoadedArm.OpenAsync(arm, part, cancellationToken);
        var figures = new List<SizedFigure>();
        foreach (var scenario in part.Scenarios)
        {
            await WarmAsync(loaded, scenario, cancellationToken);
            var slots = new List<IReadOnlyDictionary<SlotMetric, double>>();
            for (var number = 0; number < Slots; number++)
            {
                var slot = loaded.NewSlot(scenario);
                var draw = seed + (ulong)number;
                await (slot.IsWrite
                    ? loaded.TurnAsync(slot, Simulation.IterationsForConstant(1, WriteCalls), draw, cancellationToken)
                    : loaded.TurnAsync(slot, part.Slot, draw, cancellationToken));
                slots.Add(slot.Metrics);
            }

            figures.AddRange(SizedFigures.Means(size, slots));
        }

        return figures;
    }

    private Task WarmAsync(LoadedArm loaded, string scenario, CancellationToken cancellationToken)
    {
        var first = loaded.NewSlot(scenario);
        return first.IsWrite
            ? loaded.TurnAsync(first, Simulation.IterationsForConstant(1, 1), ~seed, cancellationToken)
            : loaded.WarmAsync(scenario, seed, cancellationToken);
    }

    private static IReadOnlyList<ScaleTarget> TargetsOf(string operation, ComparisonPlan equal, IReadOnlyList<Target> targets) =>
        IsOf(new CampaignSend(), operation) || (IsOf(new BulkImport(), operation) && equal.ImportRows < FewestJudgedRows)
            ? []
            : ScaleTarget.Of(operation, equal.ImportRows, targets);

    // A campaign ends with the chunk of leads that reaches its number: how many it has sent is not known here, so no limit in proportion is
    // either.
    private static bool IsOf(IHarnessScenario scenario, string operation) => OperationPath.IsWithin(operation, scenario.Name);
}
