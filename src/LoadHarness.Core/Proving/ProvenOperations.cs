using LoadHarness.Core.Statistics;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>One operation's line, by what a claim looks at.</summary>
internal static class ProvenOperations
{
    public static ProvenOperation Of(ClaimStatistic statistic, ClaimedOperation operation, ProofEvidence evidence) => statistic switch
    {
        ClaimStatistic.BlocksPerRequest => Blocks(operation, evidence.Blocks[operation.Name]),
        ClaimStatistic.RequestsPerCpuSecond => Cpu(operation, evidence.Times[operation.Name]),
        _ => Times(operation, evidence.Times[operation.Name]),
    };

    /// <summary>ln of the CPU time of the mix, optimized over C, pair by pair.</summary>
    public static IReadOnlyList<double> MixRatios(IReadOnlyList<ClaimedOperation> mix, ProofEvidence evidence)
    {
        // Writes have fewer pairs than reads; pairs beyond the fewest have no counterpart.
        var pairs = mix.Min(operation => evidence.Times[operation.Name].OptimizedCpu.Count);
        return [.. Enumerable.Range(0, pairs).Select(pair => Math.Log(
            mix.Sum(operation => operation.Weight * evidence.Times[operation.Name].OptimizedCpu[pair])
            / mix.Sum(operation => operation.Weight * evidence.Times[operation.Name].CarefulCpu[pair])))];
    }

    public static string Value(double value, string unit) => unit == "bytes" ? Wording.Bytes(value) : Wording.Figure(value, unit);

    private static ProvenOperation Times(ClaimedOperation operation, OperationPairs pairs)
    {
        var (ratio, interval) = ProofArithmetic.OfPairs(pairs.LogRatios);
        return new(operation.Name, operation.Weight, "ms", Medians.Of(pairs.Optimized), Medians.Of(pairs.Careful), pairs.Naive, pairs.Expert, ratio, interval);
    }

    // A turn of a short operation is a few clock ticks of the kernel: only the sum over all turns is a figure, and its spread is that of the mix.
    private static ProvenOperation Cpu(ClaimedOperation operation, OperationPairs pairs)
    {
        const double tick = 0.001;
        var (optimized, careful) = (Math.Max(tick, pairs.OptimizedCpu.Average()), Math.Max(tick, pairs.CarefulCpu.Average()));
        return new(operation.Name, operation.Weight, "ms CPU", optimized, careful, null, null, optimized / careful, null);
    }

    // Nothing touched at all is half a block: a ratio needs a divisor.
    private static ProvenOperation Blocks(ClaimedOperation operation, ArmValues blocks)
    {
        const double least = 0.5;
        return new(
            operation.Name, operation.Weight, "blocks", blocks.Optimized, blocks.Careful, blocks.Naive, null,
            Math.Max(least, blocks.Optimized) / Math.Max(least, blocks.Careful), null);
    }
}
