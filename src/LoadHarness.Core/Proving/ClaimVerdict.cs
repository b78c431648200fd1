using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Proving;

/// <summary>The verdict on a claim, from its figure and its operations: when it is measured, and again when a run is read back.</summary>
internal static class ClaimVerdict
{
    /// <summary>Leads that the claims are made for, where targets.json says nothing else.</summary>
    public const long ClaimedAt = 2_000_000;

    public static Verdict Of(ClaimContract contract, Target target, Comparison comparison, IReadOnlyList<ProvenOperation> operations)
    {
        var verdict = HasNoSamplingError(contract.Statistic)
            ? Verdict.Counted(target.Id, target.Title, comparison.Figure, target.Bound, comparison.Samples, comparison.Evidence,
                "counted, no sampling error")
            : Verdict.Judged(
                target.Id, target.Title,
                new(comparison.Figure, comparison.Interval, comparison.Samples, FewestSamples(contract, target)),
                target.Bound, comparison.Evidence);
        var worse = operations.Where(operation => operations.Count > 1
            && (operation.Interval?.Low ?? operation.Ratio) > ProvenOperation.LargestRatio).ToList();
        // Of bytes the whole is the figure; what stands next to it is told.
        if (worse.Count > 0 && contract.Statistic != ClaimStatistic.AllBytes)
            verdict = verdict.MissedBecause(
                $"{Format.Figure(comparison.Figure, target.Unit, target.Limit)} as a whole, but worse than C: {Worst(worse)}");
        if (operations.FirstOrDefault(operation => operation.IsLowerBound) is { } bound)
        {
            verdict = verdict.Kind == VerdictKind.Met
                ? verdict.Qualified(["the figure is a lower bound: the upper end of its interval bounds nothing"])
                : Verdict.Undecided(target.Id, target.Title,
                    $"at least {Format.Figure(comparison.Figure, target.Unit, target.Limit)}, which is a lower bound: {WhyLowerBound(bound)}");
        }

        return verdict.Qualified([.. Caveats(operations)]).ClaimedAt(Math.Max(target.ClaimedAtContacts, ClaimedAt));
    }

    private static string WhyLowerBound(ProvenOperation bound) => bound.CarefulBreaksAtLeast
        ? "baseline C does not hold the least level that was tried; lower search.least of the claim"
        : "the optimized schema holds the most that was tried; raise search.most of the claim";

    /// <summary>By the target of today; what was not measured stays as it was.</summary>
    public static Verdict Again(ProvenClaim claim, IReadOnlyList<Target> targets) =>
        claim.Comparison is { } comparison && targets.FirstOrDefault(target => target.Id == claim.Contract.Id) is { } target
            ? Of(claim.Contract, target, comparison, claim.Operations)
            : claim.Verdict;

    private static bool HasNoSamplingError(ClaimStatistic statistic) =>
        statistic is ClaimStatistic.IndexBytes or ClaimStatistic.AllBytes or ClaimStatistic.BlocksPerRequest;

    private static long FewestSamples(ClaimContract contract, Target target) => contract.Statistic == ClaimStatistic.ConnectionTime
        ? target.MinimumSamples
        : Math.Max(ClaimJudge.FewestPairs, target.MinimumSamples);

    private static IEnumerable<string> Caveats(IReadOnlyList<ProvenOperation> operations)
    {
        foreach (var note in operations.SelectMany(operation => operation.Notes)) yield return note;
        foreach (var operation in operations.Where(operation => operation.ExpertIsBetter))
        {
            yield return $"an expert on the base schema (X) does {operation.Name} in {Format.Figure(operation.Expert, operation.Unit)}, "
                + $"this in {Format.Figure(operation.Optimized, operation.Unit)}";
        }
    }

    private static string Worst(List<ProvenOperation> operations) => ClaimJudge.FirstOf(
        [.. operations.OrderByDescending(one => one.Ratio).Select(one => $"{one.Name} {Format.Significant(one.Times)} times C")]);
}
