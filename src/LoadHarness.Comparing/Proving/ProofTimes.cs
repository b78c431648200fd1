using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Times of one operation in turns, A B B A, with the same arguments on both arms; of a read, the blocks of the same calls too.
/// </summary>
internal sealed class ProofTimes(ProofArm optimized, ProofArm careful, ProofArm naive, ProofPlan plan, ulong seed)
{
    /// <returns>The pairs, or what went wrong.</returns>
    public async Task<(MeasuredPairs? Measured, string? Fault)> PairsAsync(string operation, CancellationToken cancellationToken)
    {
        var isWrite = ProofOperations.Writes.Contains(operation);
        var (warmA, warmB) = await WarmAsync(operation, isWrite, cancellationToken);
        if ((warmA.Fault ?? warmB.Fault) is { } fault) return (null, fault);
        var slower = Math.Max(warmA.Milliseconds, warmB.Milliseconds);
        var (calls, rounds) = isWrite ? (1, plan.WriteRounds) : (plan.CallsOf(slower), plan.RoundsOf(slower));
        var pairs = new List<(Turn Optimized, Turn Careful)>();
        for (var round = 0; round < rounds; round++)
        {
            var (first, second) = round % 2 == 0 ? (optimized, careful) : (careful, optimized);
            var one = await TurnAsync(first, round);
            var other = await TurnAsync(second, round);
            if ((one.Fault ?? other.Fault) is { } failed) return (null, failed);
            pairs.Add(round % 2 == 0 ? (one, other) : (other, one));
        }

        return (MeasuredPairs.Of(pairs, calls), null);

        Task<Turn> TurnAsync(ProofArm arm, int round) => isWrite
            ? arm.CallAsync(operation, calls, seed + (ulong)round, cancellationToken)
            : arm.CountAsync(operation, calls, seed + (ulong)round, cancellationToken);
    }

    /// <summary>A baseline that stands next to C and judges nothing.</summary>
    /// <returns>Null where it fails, or does not have this operation.</returns>
    public async Task<Turn?> AloneAsync(ProofArm arm, string operation, CancellationToken cancellationToken)
    {
        if (!arm.Operations.ContainsKey(operation)) return null;
        if (ProofOperations.Writes.Contains(operation)) return Sound(await arm.CallAsync(operation, 1, seed, cancellationToken));
        var warm = await arm.WarmAsync(operation, seed, cancellationToken);
        return warm.Fault is null
            ? Sound(await arm.CountAsync(operation, plan.CallsOf(warm.Milliseconds), seed, cancellationToken))
            : null;
    }

    private static Turn? Sound(Turn turn) => turn.Fault is null ? turn : null;

    // Reads warm up at once on all arms, N too: nothing is measured meanwhile.
    private async Task<(Turn Optimized, Turn Careful)> WarmAsync(string operation, bool isWrite, CancellationToken cancellationToken)
    {
        if (isWrite)
        {
            return (await optimized.CallAsync(operation, 1, ~seed, cancellationToken),
                await careful.CallAsync(operation, 1, ~seed, cancellationToken));
        }

        var arms = new[] { optimized, careful, naive }.Where(arm => arm.Operations.ContainsKey(operation));
        var turns = await Task.WhenAll(arms.Select(arm => arm.WarmAsync(operation, seed, cancellationToken)));
        return (turns[0], turns[1]);
    }
}

/// <param name="Blocks">Of a read; null of a write.</param>
internal sealed record MeasuredPairs(OperationPairs Pairs, ArmValues? Blocks)
{
    /// <param name="calls">Of one turn.</param>
    public static MeasuredPairs Of(IReadOnlyList<(Turn Optimized, Turn Careful)> pairs, int calls)
    {
        var (mine, theirs) = (pairs.Select(pair => pair.Optimized).ToList(), pairs.Select(pair => pair.Careful).ToList());
        var hasCpu = theirs.Sum(turn => turn.CpuMilliseconds) > 0;
        return new(
            new(Milliseconds(mine), Milliseconds(theirs), hasCpu ? Cpu(mine) : [], hasCpu ? Cpu(theirs) : []) { Calls = calls },
            Batches(mine) is { } blocks && Batches(theirs) is { } others
                ? new(blocks.Average(), others.Average())
                {
                    Calls = pairs.Count * calls,
                    OptimizedBatches = blocks,
                    CarefulBatches = others,
                    Spread = Math.Max(BatchSpread.Of(blocks), BatchSpread.Of(others)),
                }
                : null);
    }

    private static List<double> Milliseconds(List<Turn> turns) => [.. turns.Select(turn => turn.Milliseconds)];

    private static List<double> Cpu(List<Turn> turns) => [.. turns.Select(turn => turn.CpuMilliseconds)];

    private static List<double>? Batches(List<Turn> turns) =>
        turns.TrueForAll(turn => turn.Blocks is not null) ? [.. turns.Select(turn => turn.Blocks!.Value)] : null;
}
