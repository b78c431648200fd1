using System.Diagnostics;
using LoadHarness.Comparing.Counters;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Blocks that one operation touches a call, with the same arguments on every arm, on sessions that have called it before. Counted in
/// batches until two of them agree, or for so long: a scan touches as many blocks in four calls as in forty.
/// </summary>
internal sealed class ProofCounters(ProofArm optimized, ProofArm careful, ProofArm naive, ProofPlan plan, ulong seed)
{
    private const int UsualBatch = 5;

    /// <summary>Where a call takes long.</summary>
    private const int SmallBatch = 2;

    private const int MostBatches = 8;

    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(100);

    /// <returns>Null where an arm that judges does not have the operation, or a call fails on it.</returns>
    public async Task<ArmValues?> BlocksAsync(string operation, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var arms = new List<(ProofArm Arm, List<double> Batches)>();
        var slowest = 0.0;
        foreach (var arm in (ProofArm[])[optimized, careful, naive])
        {
            if (!arm.Operations.ContainsKey(operation)) continue;
            var warm = await arm.WarmAsync(operation, seed, cancellationToken);
            if (warm.Fault is not null) continue;
            arms.Add((arm, []));
            slowest = Math.Max(slowest, warm.Milliseconds);
        }

        if (!arms.Any(one => one.Arm == optimized) || !arms.Any(one => one.Arm == careful)) return null;
        var calls = slowest > Long.TotalMilliseconds ? SmallBatch : UsualBatch;
        var batch = 0;
        do
        {
            foreach (var (arm, batches) in arms.ToList())
            {
                if (await BatchAsync(arm, operation, calls, seed + (ulong)batch, cancellationToken) is { } blocks) batches.Add(blocks);
                else if (arm == naive) arms.RemoveAll(one => one.Arm == naive);
                else return null;
            }
        }
        while (++batch < MostBatches && !(batch > 1
            && (arms.TrueForAll(one => BatchSpread.IsKnown(one.Batches)) || Stopwatch.GetElapsedTime(began) > plan.Counting)));
        return new(Of(optimized)!.Value, Of(careful)!.Value, Of(naive))
        {
            Calls = batch * calls,
            Spread = arms.Where(one => one.Arm != naive).Max(one => BatchSpread.Of(one.Batches)),
        };

        double? Of(ProofArm arm) => arms.FirstOrDefault(one => one.Arm == arm).Batches?.Average();
    }

    private static async Task<double?> BatchAsync(
        ProofArm arm, string operation, int calls, ulong seed, CancellationToken cancellationToken)
    {
        var before = await StatementReadings.BeginAsync(arm.Server.Admin, forget: true, cancellationToken);
        var turn = await arm.CallAsync(operation, calls, seed, cancellationToken);
        if (turn.Fault is not null) return null;
        var counters = await StatementReadings.ReadAsync(arm.Server.Admin, before, operation, turn.Calls, cancellationToken);
        return counters.Counters[CounterNames.Blocks];
    }
}
