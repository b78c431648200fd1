using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Comparing.Subjects;
using LoadHarness.Comparing.Times;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Progress;

namespace LoadHarness.Comparing;

/// <summary>Compares two arms: counters and plans first, which are exact, times second, until each is decided.</summary>
public sealed class Comparer(ComparisonPlan plan, ComparedSubject subject, IStageProgress progress)
{
    /// <summary>Seed of the operations and arguments that are drawn; the rows are of the subject's.</summary>
    public ulong Draw { get; init; } = subject.Seed;

    /// <param name="planted">A fault that B gets: a comparison that is to find it.</param>
    /// <exception cref="HarnessException">An arm cannot be made.</exception>
    public async Task<ArmComparison> CompareAsync(
        ArmSpecification a, ArmSpecification b, CancellationToken cancellationToken, PlantedFault? planted = null)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        var stages = new StageTimes();
        await using var made = await stages.MeasureAsync(
            "Seeding and copies", () => subject.StartAsync(a, b, planted, progress, cancellationToken), _ => "two arms");
        var arms = made.Pair;
        var shared = made.SharedOf(plan);
        var (serverA, serverB) = (arms.A.Facts, arms.B.Facts);
        var indexes = IndexSizes.Compare(
            await IndexSizes.ReadAsync(arms.A.Admin, cancellationToken), await IndexSizes.ReadAsync(arms.B.Admin, cancellationToken));
        var statistics = PlannerStatistics.Compare(
            await PlannerStatistics.ReadAsync(arms.A.Admin, cancellationToken),
                await PlannerStatistics.ReadAsync(arms.B.Admin, cancellationToken));
        progress.Note("Plans and counters of every operation, on both arms.");
        var refused = new BrokenOperations(
            await arms.A.RefusedAsync(cancellationToken), await arms.B.RefusedAsync(cancellationToken));
        var asked = refused.LeftOutOf(shared);
        var plans = await stages.MeasureAsync(
            "Plans", () => PlansAsync(arms, asked, cancellationToken), changes => $"{changes.Count} changed");
        var (counters, uncounted, failed) = await stages.MeasureAsync(
            "Counters", () => CountersAsync(arms, asked, cancellationToken), found => CounterJudgement.Words(found.Counters));
        var broken = refused.And(failed);
        var (times, oneSided, waits) = await TimesAsync(arms, failed.LeftOutOf(asked), stages, cancellationToken);
        return new(
            a.Text, b.Text, subject.Contacts, subject.Seed, startedUtc, Stopwatch.GetElapsedTime(started),
            serverA, serverB, counters, plans, indexes, times,
            [.. made.NotComparedOf(shared), .. broken.NotCompared, .. uncounted, .. oneSided])
        {
            FailsOnB = broken.OnBAlone,
            LockWaits = waits,
            Statistics = statistics,
            Stages = stages.All,
            Workload = subject.Workload,
        };
    }

    private async Task<(IReadOnlyList<ComparedTime> Times, IReadOnlyList<string> OneSided, LockWaits Waits)> TimesAsync(
        ArmPair<ArmServer> arms, ComparisonPlan shared, StageTimes stages, CancellationToken cancellationToken)
    {
        if (!plan.MeasuresTimes || await WithOperationsAsync(arms.A, shared, cancellationToken) is not { Scenarios.Count: > 0 } asked)
            return ([], [], new(0, 0, 0, 0));
        // The counters' calls have changed the rows of both copies.
        await stages.MeasureAsync("New copies", () => arms.CopyAnewAsync(cancellationToken), () => "after the counters");
        var paired = new PairedTimes(arms, asked, Draw, stages, progress);
        return (await paired.RunAsync(cancellationToken), paired.OneSided, paired.LockWaits);
    }

    /// <returns>Without scenarios of which every operation is left out.</returns>
    private static async Task<ComparisonPlan> WithOperationsAsync(
        ArmServer arm, ComparisonPlan shared, CancellationToken cancellationToken)
    {
        if (shared.LeftOut.Count == 0) return shared;
        await using var bench = await arm.OpenBenchAsync(shared, BenchUse.Times, cancellationToken);
        return shared with { Scenarios = [.. shared.Scenarios.Intersect(bench.Scenarios.Select(scenario => scenario.Name))] };
    }

    private async Task<(IReadOnlyList<CounterChange> Counters, IReadOnlyList<string> Uncounted, BrokenOperations Failed)> CountersAsync(
        ArmPair<ArmServer> arms, ComparisonPlan shared, CancellationToken cancellationToken)
    {
        var uncounted = new List<string>();
        foreach (var arm in (ArmServer[])[arms.A, arms.B])
            if (await StatementReadings.FaultAsync(arm.Admin, cancellationToken) is { } fault)
                uncounted.Add($"Counters, as {arm.Name} counts no statements ({fault}). Create pg_stat_statements there.");
        // Uncounted, too: the calls say what fails.
        var counts = uncounted.Count == 0;
        var a = await new CounterPass(arms.A, shared, Draw) { Counts = counts }.CollectAsync(cancellationToken);
        var b = await new CounterPass(arms.B, shared, Draw) { Counts = counts }.CollectAsync(cancellationToken);
        return (CounterJudgement.Compare((a.First, a.Second), (b.First, b.Second)), uncounted, new(a.Faults, b.Faults));
    }

    private static async Task<IReadOnlyList<PlanChange>> PlansAsync(
        ArmPair<ArmServer> arms, ComparisonPlan shared, CancellationToken cancellationToken)
    {
        var a = await arms.A.PlansAsync(shared, cancellationToken);
        return ArmPlans.Compare(a, await arms.B.PlansAsync(shared, cancellationToken));
    }
}
