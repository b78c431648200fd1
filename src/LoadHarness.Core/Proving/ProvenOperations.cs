using LoadHarness.Core.Statistics;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>One operation's line, by what a claim looks at.</summary>
internal static class ProvenOperations
{
    /// <summary>Nothing touched at all is half a block: a ratio needs a divisor.</summary>
    private const double LeastBlocks = 0.5;

    internal const string OptimizedArm = "the optimized schema";

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

    /// <summary>ln of the blocks of the mix, optimized over C, batch by batch; empty where the evidence has no batches.</summary>
    public static IReadOnlyList<double> BlockRatios(IReadOnlyList<ClaimedOperation> mix, ProofEvidence evidence)
    {
        var batches = mix.Min(operation => evidence.Blocks[operation.Name].OptimizedBatches.Count);
        return [.. Enumerable.Range(0, batches).Select(batch => Math.Log(
            Sum(batch, blocks => blocks.OptimizedBatches) / Sum(batch, blocks => blocks.CarefulBatches)))];

        double Sum(int batch, Func<ArmValues, IReadOnlyList<double>> of) => Math.Max(LeastBlocks, mix.Sum(operation =>
            operation.Weight * ProofArithmetic.Joined(of(evidence.Blocks[operation.Name]), batch, batches)));
    }

    /// <summary>The highest levels that held, with what broke above them.</summary>
    public static ProvenOperation Searched(SearchedLevels levels, double ratio, ConfidenceInterval interval) => new(
        levels.What, 1, levels.Unit, Medians.Of(levels.Optimized.Select(level => level.Level)),
        Medians.Of(levels.Careful.Select(level => level.Level)), null, null, ratio, interval)
    {
        MoreIsBetter = true,
        IsLowerBound = levels.Optimized.Any(level => level.IsOpenAbove),
        Notes = [.. Told(OptimizedArm, levels.Optimized), .. ToldOfCareful(levels.Careful), LimitOf(levels)],
    };

    // The optimized schema never counts as if it held the least: such a claim is undecided.
    private static IEnumerable<string> ToldOfCareful(IReadOnlyList<HeldLevel> levels) =>
        levels.Any(level => level.End == SearchEnd.BelowLeast)
            ? Told("baseline C", levels).Prepend(ProvenOperation.CarefulBreaksAtLeastNote)
            : Told("baseline C", levels);

    private static IEnumerable<string> Told(string arm, IReadOnlyList<HeldLevel> levels)
    {
        if (levels.Any(level => level.End == SearchEnd.AtMost)) yield return $"{arm} holds the most that was tried, so it may hold more";
        if (levels.FirstOrDefault(level => level.IsSpoilt) is { } spoilt) yield return $"{SpoiltAbove(arm)}{spoilt.Broke}";
        if (levels.Where(level => !level.IsSpoilt).Select(level => level.Broke).OfType<string>().FirstOrDefault() is { } broke)
            yield return $"what broke on {arm} above its level: {broke}";
    }

    /// <summary>How the note begins that says what spoilt a level.</summary>
    internal static string SpoiltAbove(string arm) => $"what came above a level of {arm} was spoilt: ";

    private static string LimitOf(SearchedLevels levels) =>
        $"what limits the interval: rounds of the optimized schema differ by up to {Apart(levels.Optimized)}×, "
            + $"those of baseline C by up to {Apart(levels.Careful)}×; "
            + $"their levels are known to {Format.Significant(levels.OptimizedGap)}× and {Format.Significant(levels.CarefulGap)}×";

    private static string Apart(IReadOnlyList<HeldLevel> levels) =>
        Format.Significant(levels.Max(level => level.Level) / levels.Min(level => level.Level));

    public static string Value(double value, string unit) => unit == "bytes" ? Format.Bytes(value) : Format.Figure(value, unit);

    private static ProvenOperation Times(ClaimedOperation operation, OperationPairs pairs)
    {
        var (ratio, interval) = ProofArithmetic.OfPairs(pairs.LogRatios);
        return new(operation.Name, operation.Weight, "ms", Medians.Of(pairs.Optimized), Medians.Of(pairs.Careful), pairs.Naive,
            pairs.Expert, ratio, interval)
        {
            Calls = CallsOf(pairs),
        };
    }

    private static int CallsOf(OperationPairs pairs) => pairs.Calls * pairs.Optimized.Count;

    // CPU time comes in clock ticks of the kernel. A short operation uses a few in all its turns: its ratio is as uncertain as two small
    // counts are.
    private static ProvenOperation Cpu(ClaimedOperation operation, OperationPairs pairs)
    {
        const double tick = 0.001;
        var (optimized, careful) = (Math.Max(tick, pairs.OptimizedCpu.Average()), Math.Max(tick, pairs.CarefulCpu.Average()));
        return new(
            operation.Name, operation.Weight, "ms CPU", optimized, careful, null, null, optimized / careful,
            OfCounts(optimized / careful, Ticks(pairs.OptimizedCpu, pairs.Calls), Ticks(pairs.CarefulCpu, pairs.Calls)))
        {
            Calls = CallsOf(pairs),
        };
    }

    private static double Ticks(IReadOnlyList<double> millisecondsACall, int calls) => millisecondsACall.Sum() * calls / 10;

    // The logarithm of a ratio of two counts, each with its Poisson spread; a half keeps no tick at all from being certain.
    private static ConfidenceInterval OfCounts(double ratio, double optimized, double careful)
    {
        var half = 1.96 * Math.Sqrt((1 / (optimized + 0.5)) + (1 / (careful + 0.5)));
        return new(ratio * Math.Exp(-half), ratio * Math.Exp(half));
    }

    private static double OfBlocks(double optimized, double careful) => Math.Max(LeastBlocks, optimized) / Math.Max(LeastBlocks, careful);

    private static ProvenOperation Blocks(ClaimedOperation operation, ArmValues blocks)
    {
        var ratio = OfBlocks(blocks.Optimized, blocks.Careful);
        return new(
            operation.Name, operation.Weight, "blocks", blocks.Optimized, blocks.Careful, blocks.Naive, null, ratio,
            ProofArithmetic.OfBatches(
                ratio, [.. blocks.OptimizedBatches.Zip(blocks.CarefulBatches, (mine, theirs) => Math.Log(OfBlocks(mine, theirs)))]))
        {
            Calls = blocks.Calls,
            Notes = blocks.Spread > BatchSpread.Near
                ? [$"{operation.Name}: batches of {blocks.Calls} counted calls differ by up to {100 * blocks.Spread:0.#}%"]
                : [],
        };
    }
}
