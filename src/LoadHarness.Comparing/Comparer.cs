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
    /// <exception cref="HarnessException">An arm cannot be made, or an operation fails on it.</exception>
    public async Task<ArmComparison> CompareAsync(
        ArmSpecification a, ArmSpecification b, CancellationToken cancellationToken, PlantedFault? planted = null)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        var stages = new StageTimes();
        await using var made = await stages.MeasureAsync(
            "Seeding and copies", () => subject.StartAsync(a, b, planted, progress, cancellationToken), _ => "two arms");
        var arms = made.Pair;
        var shared = plan with { Scenarios = made.Scenarios ?? plan.Scenarios };
        var (serverA, serverB) = (arms.A.Facts, arms.B.Facts);
        var indexes = IndexSizes.Compare(
            await IndexSizes.ReadAsync(arms.A.Admin, cancellationToken), await IndexSizes.ReadAsync(arms.B.Admin, cancellationToken));
        var statistics = PlannerStatistics.Compare(
            await PlannerStatistics.ReadAsync(arms.A.Admin, cancellationToken),
                await PlannerStatistics.ReadAsync(arms.B.Admin, cancellationToken));
        progress.Note("Plans and counters of every operation, on both arms.");
        var plans = await stages.MeasureAsync(
            "Plans", () => PlansAsync(arms, shared, cancellationToken), changes => $"{changes.Count} changed");
        var (counters, uncounted) = await stages.MeasureAsync(
            "Counters", () => CountersAsync(arms, shared, cancellationToken), found => $"{found.Counters.Count} operations changed");
        var (times, oneSided, waits) = plan.MeasuresTimes
            ? await TimesAsync(arms, shared, stages, cancellationToken)
            : ([], [], new(0, 0, 0, 0));
        return new(
            a.Text, b.Text, subject.Contacts, subject.Seed, startedUtc, Stopwatch.GetElapsedTime(started),
            serverA, serverB, counters, plans, indexes, times, [.. made.NotCompared, .. uncounted, .. oneSided])
        {
            LockWaits = waits,
            Statistics = statistics,
            Stages = stages.All,
            Workload = subject.Workload,
        };
    }

    private async Task<(IReadOnlyList<ComparedTime> Times, IReadOnlyList<string> OneSided, LockWaits Waits)> TimesAsync(
        ArmPair<ArmServer> arms, ComparisonPlan shared, StageTimes stages, CancellationToken cancellationToken)
    {
        // The counters' calls have changed the rows of both copies.
        await stages.MeasureAsync("New copies", () => arms.CopyAnewAsync(cancellationToken), () => "after the counters");
        var paired = new PairedTimes(arms, shared, Draw, stages, progress);
        return (await paired.RunAsync(cancellationToken), paired.OneSided, paired.LockWaits);
    }

    private async Task<(IReadOnlyList<CounterChange> Counters, IReadOnlyList<string> Uncounted)> CountersAsync(
        ArmPair<ArmServer> arms, ComparisonPlan shared, CancellationToken cancellationToken)
    {
        var uncounted = new List<string>();
        foreach (var arm in (ArmServer[])[arms.A, arms.B])
            if (await StatementReadings.FaultAsync(arm.Admin, cancellationToken) is { } fault)
                uncounted.Add($"Counters, as {arm.Name} counts no statements ({fault}). Create pg_stat_statements there.");
        if (uncounted.Count > 0) return ([], uncounted);
        return (CounterJudgement.Compare(
            await new CounterPass(arms.A, shared, Draw).RunAsync(cancellationToken),
            await new CounterPass(arms.B, shared, Draw).RunAsync(cancellationToken)), []);
    }

    private static async Task<IReadOnlyList<PlanChange>> PlansAsync(
        ArmPair<ArmServer> arms, ComparisonPlan shared, CancellationToken cancellationToken)
    {
        var a = await ArmPlans.ReadAsync(arms.A, shared, cancellationToken);
        var b = await ArmPlans.ReadAsync(arms.B, shared, cancellationToken);
        return [.. a.Join(b, plan => plan.Key, plan => plan.Key,
            (before, after) => PlanNodes.Compare(before.Key, before.Value, after.Value)).OfType<PlanChange>()];
    }
}
