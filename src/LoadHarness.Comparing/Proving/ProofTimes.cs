using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary>Times of one operation in turns, A B B A, with the same arguments on both arms.</summary>
internal sealed class ProofTimes(ProofArm optimized, ProofArm careful, ProofPlan plan, ulong seed)
{
    private const int FewestCalls = 3;

    /// <returns>The pairs, or what went wrong.</returns>
    public async Task<(OperationPairs? Pairs, string? Fault)> PairsAsync(string operation, CancellationToken cancellationToken)
    {
        var isWrite = ProofOperations.Writes.Contains(operation);
        var warmA = await WarmAsync(optimized);
        var warmB = await WarmAsync(careful);
        if ((warmA.Fault ?? warmB.Fault) is { } fault) return (null, fault);
        var calls = isWrite ? 1 : CallsOf(Math.Max(warmA.Milliseconds, warmB.Milliseconds));
        var pairs = new List<(Turn Optimized, Turn Careful)>();
        for (var round = 0; round < (isWrite ? plan.WriteRounds : plan.Rounds); round++)
        {
            var (first, second) = round % 2 == 0 ? (optimized, careful) : (careful, optimized);
            var one = await first.CallAsync(operation, calls, seed + (ulong)round, cancellationToken);
            var other = await second.CallAsync(operation, calls, seed + (ulong)round, cancellationToken);
            if ((one.Fault ?? other.Fault) is { } failed) return (null, failed);
            pairs.Add(round % 2 == 0 ? (one, other) : (other, one));
        }

        var hasCpu = pairs.Sum(pair => pair.Careful.CpuMilliseconds) > 0;
        return (new(
            [.. pairs.Select(pair => pair.Optimized.Milliseconds)],
            [.. pairs.Select(pair => pair.Careful.Milliseconds)],
            hasCpu ? [.. pairs.Select(pair => pair.Optimized.CpuMilliseconds)] : [],
            hasCpu ? [.. pairs.Select(pair => pair.Careful.CpuMilliseconds)] : [])
        { Calls = calls }, null);

        Task<Turn> WarmAsync(ProofArm arm) => isWrite
            ? arm.CallAsync(operation, 1, ~seed, cancellationToken)
            : arm.WarmAsync(operation, seed, cancellationToken);
    }

    /// <summary>A baseline that stands next to C and judges nothing.</summary>
    /// <returns>Mean milliseconds; null where it fails, or does not have this operation.</returns>
    public async Task<double?> AloneAsync(ProofArm arm, string operation, CancellationToken cancellationToken)
    {
        if (!arm.Operations.ContainsKey(operation)) return null;
        var isWrite = ProofOperations.Writes.Contains(operation);
        var warm = isWrite ? null : await arm.WarmAsync(operation, seed, cancellationToken);
        var turn = await arm.CallAsync(operation, warm is null ? 1 : CallsOf(warm.Milliseconds), seed, cancellationToken);
        return (warm?.Fault ?? turn.Fault) is null ? turn.Milliseconds : null;
    }

    private int CallsOf(double milliseconds) =>
        (int)Math.Clamp(plan.Turn.TotalMilliseconds / Math.Max(0.01, milliseconds), FewestCalls, plan.MostCalls);
}
