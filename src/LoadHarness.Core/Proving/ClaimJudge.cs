using LoadHarness.Core.Measurement;
using LoadHarness.Core.Statistics;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>
/// Turns what was measured into one verdict a claim: against baseline C (RE-4: against unpooled connections), by the contract's own
/// definition, and by the rules of every verdict.
/// </summary>
public static class ClaimJudge
{
    /// <summary>Fewer pairs are no interval.</summary>
    internal const int FewestPairs = 3;

    public static ProvenClaim Decide(ClaimContract contract, Target target, ProofEvidence evidence)
    {
        if (contract.NotMeasured is { } reason) return Without(contract, Unavailable(target, reason));
        var wrong = contract.OperationNames.Where(evidence.Differences.ContainsKey).ToList();
        if (wrong.Count > 0)
        {
            var differences = string.Join("; ", wrong.Select(name => $"{name}: {evidence.Differences[name]}"));
            return Without(contract, Verdict.Undecided(target.Id, target.Title, $"invalid: results differ: {differences}", target.Bound));
        }

        return contract.Statistic switch
        {
            ClaimStatistic.IndexBytes => Bytes(contract, target, "all indexes", evidence.IndexBytes),
            ClaimStatistic.AllBytes => Bytes(contract, target, "all tables and indexes", evidence.AllBytes, evidence.AgedBytes),
            ClaimStatistic.AnonymousMemory => Memory(contract, target, evidence),
            ClaimStatistic.ConnectionTime => Connections(contract, target, evidence.Connections),
            ClaimStatistic.BoundedSearch => OfSearch(contract, target, evidence),
            _ => OfOperations(contract, target, evidence),
        };
    }

    private static ProvenClaim Bytes(ClaimContract contract, Target target, string what, ArmValues? bytes, ArmValues? aged = null)
    {
        if (bytes is null) return Without(contract, Unavailable(target, "The sizes were not read."));
        var whole = new ProvenOperation(
            what, 1, "bytes", bytes.Optimized, bytes.Careful, null, null, bytes.Optimized / bytes.Careful, null);
        IReadOnlyList<ProvenOperation> parts = aged is null
            ? [whole]
            : [whole, new("sends and activities, after the older half of the months went", 1, "bytes", aged.Optimized, aged.Careful,
                null, null,
                aged.Optimized / aged.Careful, null)];
        return Judged(contract, target, parts, whole.Ratio, null, 1);
    }

    private static ProvenClaim Memory(ClaimContract contract, Target target, ProofEvidence evidence)
    {
        if (evidence.Memory.Count < FewestPairs)
        {
            return Without(contract, Unavailable(
                target, "The memory of the server's processes cannot be read here (/proc/PID/smaps_rollup). "
                    + "Run it on Linux, as root or as the server's user."));
        }

        var whole = OfRounds($"server processes of {evidence.MemoryConnections} connections", evidence.Memory) with
        {
            Notes =
            [
                $"the figure is of {evidence.MemoryConnections} connections and the server's own processes; as many are opened as send all "
                    + "their requests in the time of a round, which depends on the machine",
            ],
        };
        IReadOnlyList<ProvenOperation> parts = evidence.ConnectionMemory.Count < FewestPairs
            ? [whole]
            : [whole, OfRounds("the process of a connection, without the server's own", evidence.ConnectionMemory)];
        return Judged(contract, target, parts, whole.Ratio, whole.Interval, evidence.Memory.Count);

        static ProvenOperation OfRounds(string what, IReadOnlyList<ArmValues> rounds)
        {
            var (ratio, interval) = ProofArithmetic.OfPairs([.. rounds.Select(round => Math.Log(round.Optimized / round.Careful))]);
            return new(
                what, 1, "bytes", Medians.Of(rounds.Select(round => round.Optimized)), Medians.Of(rounds.Select(round => round.Careful)),
                null, null, ratio, interval);
        }
    }

    private static ProvenClaim Connections(ClaimContract contract, Target target, Comparison? connections) => connections is null
        ? Without(contract, Unavailable(target, "Connections were not measured."))
        : new(contract, ClaimVerdict.Of(contract, target, connections, [], []), connections, [], null);

    private static ProvenClaim OfSearch(ClaimContract contract, Target target, ProofEvidence evidence)
    {
        if (!evidence.Searches.TryGetValue(contract.Id, out var levels) || levels.Optimized.Count < FewestPairs)
            return Without(contract, Unavailable(target, "No search was made in this call."));
        // A level that may be higher is a bound: of the optimized schema it can show the claim, of C it cannot.
        var spoilt = levels.Optimized.Concat(levels.Careful).FirstOrDefault(level => level.End == SearchEnd.Spoilt)
            ?? levels.Careful.FirstOrDefault(level => level.IsSpoilt && level.IsOpenAbove);
        if (spoilt is not null)
            return Without(contract, Verdict.Undecided(
                target.Id, target.Title, $"the search of its levels was spoilt: {spoilt.Broke}", target.Bound));
        if (levels.Optimized.FirstOrDefault(level => level.End == SearchEnd.BelowLeast) is { } low)
            return Without(contract, Verdict.Undecided(target.Id, target.Title,
                $"the optimized schema does not hold {Format.Figure(low.Level, levels.Unit)}, the least that was tried: {low.Broke}",
                target.Bound));
        if (levels.Careful.Any(level => level.End == SearchEnd.AtMost))
            return Without(contract, Verdict.Undecided(target.Id, target.Title,
                "baseline C holds the most that was tried: raise search.most of the claim", target.Bound));
        var (ratio, interval) = ProofArithmetic.OfPairs(
            [.. levels.Optimized.Zip(levels.Careful, (mine, theirs) => Math.Log(theirs.Level / mine.Level))]);
        // The highest level lies between what held and what broke, and rounds that try the same levels agree on more than they know.
        interval = new(interval.Low / levels.OptimizedGap, FigureRange.Clamp(interval.High * levels.CarefulGap));
        var whole = ProvenOperations.Searched(levels, ratio, interval);
        return Judged(contract, target, [whole], ratio, interval, levels.Optimized.Count);
    }

    private static ProvenClaim OfOperations(ClaimContract contract, Target target, ProofEvidence evidence)
    {
        var missing = contract.OperationNames.Where(name => !IsMeasured(contract.Statistic, name, evidence)).ToList();
        if (missing.Count > 0) return Without(contract, Unavailable(target, $"Not measured in this call: {FirstOf(missing)}."));
        IReadOnlyList<ProvenOperation> operations =
            [.. contract.Operations.Select(operation => ProvenOperations.Of(contract.Statistic, operation, evidence))];
        var pairs = contract.OperationNames.Select(evidence.Times.GetValueOrDefault).OfType<OperationPairs>().ToList();
        switch (contract.Statistic)
        {
            case ClaimStatistic.MeanResponseTime:
                IReadOnlyList<ProvenPart> parts = [.. contract.Operations.Where(operation => operation.Part is not null)
                    .GroupBy(operation => operation.Part!).Select(part => PartOf(part.Key, [.. part], evidence))];
                var together = PartOf("all together", contract.Operations, evidence);
                var figure = ProvenPart.Worst(parts, target) ?? together;
                return Judged(contract, target, operations, figure.Ratio, figure.Interval, pairs.Min(pair => pair.Optimized.Count)) with
                {
                    Parts = parts,
                    Together = parts.Count == 0 ? null : together,
                };
            case ClaimStatistic.RequestsPerCpuSecond:
                var (cpu, spread) = ProofArithmetic.OfPairs(ProvenOperations.MixRatios(contract.Operations, evidence));
                return Judged(contract, target, operations, cpu, spread, pairs.Min(pair => pair.OptimizedCpu.Count));
            default:
                var mix = ProofArithmetic.OfMix(operations);
                var batches = ProvenOperations.BlockRatios(contract.Operations, evidence);
                return Judged(
                    contract, target, operations, mix, ProofArithmetic.OfBatches(mix, batches),
                    batches.Count == 0 ? operations.Count : batches.Count);
        }
    }

    private static ProvenPart PartOf(string name, IReadOnlyList<ClaimedOperation> operations, ProofEvidence evidence)
    {
        var (ratio, interval) = ProofArithmetic.OfOperations([.. operations.Select(one => evidence.Times[one.Name].LogRatios)]);
        return new(name, operations.Count, ratio, interval);
    }

    private static bool IsMeasured(ClaimStatistic statistic, string name, ProofEvidence evidence) => statistic switch
    {
        ClaimStatistic.BlocksPerRequest => evidence.Blocks.ContainsKey(name),
        ClaimStatistic.RequestsPerCpuSecond => evidence.Times.TryGetValue(name, out var pairs) && pairs.OptimizedCpu.Count > 0,
        _ => evidence.Times.ContainsKey(name),
    };

    /// <param name="interval">Of the ratio; null for bytes, which have no sampling error, and where batches of calls were not kept.</param>
    private static ProvenClaim Judged(
        ClaimContract contract, Target target, IReadOnlyList<ProvenOperation> operations, double ratio, ConfidenceInterval? interval,
            long samples)
    {
        var figure = ProofArithmetic.Figure(ratio, target.Unit);
        var range = interval is null ? ConfidenceInterval.Exactly(figure) : ProofArithmetic.Figure(interval, target.Unit);
        var comparison = new Comparison(target.Id, figure, range, samples, Evidence(contract, operations));
        return new(
            contract,
            ClaimVerdict.Of(contract, target, comparison, operations, []),
            comparison,
            [.. operations.OrderByDescending(operation => operation.Ratio)],
            GeometricMean(operations));
    }

    private static double GeometricMean(IReadOnlyList<ProvenOperation> operations) =>
        ProofArithmetic.GeometricMean([.. operations.Select(operation => operation.Ratio)]);

    internal static string FirstOf(List<string> names)
    {
        const int told = 3;
        return string.Join(", ", names.Take(told)) + (names.Count > told ? $" and {names.Count - told} more" : "");
    }

    private static string Evidence(ClaimContract contract, IReadOnlyList<ProvenOperation> operations)
    {
        var worst = ProofArithmetic.Worst(operations)!;
        var values = $"{ProvenOperations.Value(worst.Optimized, worst.Unit)} against "
            + $"{ProvenOperations.Value(worst.Careful, worst.Unit)} by {contract.Baseline}";
        return operations.Count == 1
            ? $"{worst.Name}: {values}."
            : $"{operations.Count} operations; geometric mean of the ratios {Format.Significant(GeometricMean(operations))}; "
                + $"the worst is {worst.Name}: {values}.";
    }

    private static Verdict Unavailable(Target target, string reason) => Verdict.Unavailable(target.Id, target.Title, reason, target.Bound);

    private static ProvenClaim Without(ClaimContract contract, Verdict verdict) => new(contract, verdict, null, [], null);
}
