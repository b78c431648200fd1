using System.Diagnostics;
using LoadHarness.Comparing.Arms;
using LoadHarness.Comparing.Counters;
using LoadHarness.Comparing.Times;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
using LoadHarness.Postgres.Migration;
using LoadHarness.Seeding;

namespace LoadHarness.Comparing;

/// <summary>Compares two arms: counters and plans first, which are exact, times second, until each is decided.</summary>
public sealed class Comparer(ComparisonPlan plan, SeedRequest request, ServerProfile profile, bool keep, IStageProgress progress)
{
    /// <summary>Seed of the operations and arguments that are drawn; the rows are of the request's.</summary>
    public ulong Draw { get; init; } = request.Seed;

    /// <summary>
    /// A seeded cluster to copy, of the request's scale; null to make one, or to take the kept one. It stays the caller's.
    /// </summary>
    public SeededTemplate? Template { get; init; }

    /// <param name="planted">A fault that B gets: a comparison that is to find it.</param>
    /// <exception cref="HarnessException">An arm cannot be made, or an operation fails on it.</exception>
    public async Task<ArmComparison> CompareAsync(
        ArmSpecification a, ArmSpecification b, CancellationToken cancellationToken, PlantedFault? planted = null)
    {
        var (started, startedUtc) = (Stopwatch.GetTimestamp(), DateTimeOffset.UtcNow);
        using var sqlA = await SqlFolder.OfAsync(a.Schema, cancellationToken);
        using var sqlB = await SqlFolder.OfAsync(b.Schema, cancellationToken);
        var rebuild = a.Schema is ArmSchema.Base || b.Schema is ArmSchema.Base || !HaveEqualMigrations(sqlA.Migrations, sqlB.Migrations);

        await using var own = Template is null
            ? await SeededTemplate.MakeAsync(request, profile, a.ServerVersion, keep, progress, cancellationToken)
            : null;
        var templateA = Template ?? own!;
        await using var otherVersion = a.ServerVersion == b.ServerVersion
            ? null
            : await SeededTemplate.MakeAsync(request, profile, b.ServerVersion, keep, progress, cancellationToken);
        await using var arms = await ArmPair.StartAsync(
            (a, new(templateA, sqlA, rebuild)), (b, new(otherVersion ?? templateA, sqlB, rebuild)
            {
                Planted = planted,
            }), progress, cancellationToken);

        var (serverA, serverB) = (arms.A.Facts, arms.B.Facts);
        var indexes = IndexSizes.Compare(
            await IndexSizes.ReadAsync(arms.A.Admin, cancellationToken), await IndexSizes.ReadAsync(arms.B.Admin, cancellationToken));
        var statistics = PlannerStatistics.Compare(
            await PlannerStatistics.ReadAsync(arms.A.Admin, cancellationToken),
                await PlannerStatistics.ReadAsync(arms.B.Admin, cancellationToken));
        progress.Note("Plans and counters of every operation, on both arms.");
        var plans = await PlansAsync(arms, cancellationToken);
        var counters = CounterJudgement.Compare(
            await new CounterPass(arms.A, plan, Draw).RunAsync(cancellationToken),
            await new CounterPass(arms.B, plan, Draw).RunAsync(cancellationToken));
        var (times, waits) = plan.MeasuresTimes ? await TimesAsync(arms, cancellationToken) : ([], new(0, 0, 0, 0));
        return new(
            a.Text, b.Text, request.Contacts, request.Seed, startedUtc, Stopwatch.GetElapsedTime(started),
            serverA, serverB, counters, plans, indexes, times, [])
        {
            LockWaits = waits,
            Statistics = statistics,
        };
    }

    private async Task<(IReadOnlyList<ComparedTime> Times, LockWaits Waits)> TimesAsync(ArmPair arms, CancellationToken cancellationToken)
    {
        // The counters' imports and campaigns have changed the rows of both copies.
        await arms.CopyAnewAsync(cancellationToken);
        var paired = new PairedTimes(arms, plan, Draw, progress);
        return (await paired.RunAsync(cancellationToken), paired.LockWaits);
    }

    private async Task<IReadOnlyList<PlanChange>> PlansAsync(ArmPair arms, CancellationToken cancellationToken)
    {
        var (a, b) = (await ArmPlans.ReadAsync(arms.A, plan, cancellationToken), await ArmPlans.ReadAsync(arms.B, plan, cancellationToken));
        return [.. a.Join(b, plan => plan.Key, plan => plan.Key,
            (before, after) => PlanNodes.Compare(before.Key, before.Value, after.Value)).OfType<PlanChange>()];
    }

    private static bool HaveEqualMigrations(MigrationFiles a, MigrationFiles b) =>
        a.BaseSchema == b.BaseSchema && Steps(a).SequenceEqual(Steps(b));

    private static IEnumerable<string> Steps(MigrationFiles files) =>
        files.Migrations.SelectMany(migration => migration.Up.Select(step => $"{migration.Name}/{step.Name} {step.Checksum}"));
}
