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

    /// <param name="proof">All claims of the same proof; empty while they have no figures yet.</param>
    public static Verdict Of(
        ClaimContract contract, Target target, Comparison comparison, IReadOnlyList<ProvenOperation> operations,
        IReadOnlyList<ProvenClaim> proof)
    {
        var bound = operations.FirstOrDefault(operation => operation.IsLowerBound);
        var verdict = IsCounted(contract.Statistic, comparison)
            ? Verdict.Counted(target.Id, target.Title, comparison.Figure, target.Bound, comparison.Samples, comparison.Evidence,
                IsSampled(contract.Statistic) ? null : "counted, no sampling error")
            : Verdict.Judged(
                target.Id, target.Title,
                new(comparison.Figure, comparison.Interval, comparison.Samples, FewestSamples(contract, target))
                {
                    Known = bound is null ? null : new(To: comparison.Figure),
                },
                target.Bound, comparison.Evidence);
        var worse = operations.Where(operation => operations.Count > 1 && operation.IsShownWorse).ToList();
        // Of bytes and memory the whole is the figure; what stands next to it is told.
        if (worse.Count > 0 && contract.Statistic is not (ClaimStatistic.AllBytes or ClaimStatistic.AnonymousMemory))
            verdict = verdict.MissedBecause(ButWorse(comparison, target, $"worse than C: {Worst(worse)}"));
        verdict = Elsewhere(contract, target, comparison, verdict, proof);
        if (bound is not null)
        {
            verdict = verdict.Kind == VerdictKind.Met
                ? verdict.Qualified(["the figure and the end of its interval are lower bounds"])
                : Verdict.Undecided(target.Id, target.Title,
                    $"at least {Format.Figure(comparison.Figure, target.Unit, target.Limit)}, which is a lower bound: "
                        + WhyLowerBound(bound),
                    target.Bound);
        }

        return verdict.Qualified([.. Caveats(operations)]).ClaimedAt(Math.Max(target.ClaimedAtContacts, ClaimedAt));
    }

    private static string WhyLowerBound(ProvenOperation bound) => bound.CarefulBreaksAtLeast
        ? "baseline C does not hold the least level that was tried; lower search.least of the claim"
        : bound.SpoiltNote ?? "the optimized schema holds the most that was tried; raise search.most of the claim";

    /// <summary>By the target of today; what was not measured stays so. A claim that is no target of today is not judged.</summary>
    /// <param name="proof">All claims of the same proof.</param>
    public static Verdict Again(ProvenClaim claim, IReadOnlyList<ProvenClaim> proof, IReadOnlyList<Target> targets) =>
        targets.FirstOrDefault(target => target.Id == claim.Contract.Id) is not { } target ? WithoutTarget(claim)
        : claim.Comparison is { } comparison
            ? Of(claim.Contract, target, FigureOf(claim, comparison, target), claim.Operations, proof)
            : claim.Verdict.As(target.Id, target.Title).Requiring(target.Bound);

    // Its figures stay on record: other targets may have it again.
    private static Verdict WithoutTarget(ProvenClaim claim) => claim switch
    {
        { Verdict.IsJudged: false } => claim.Verdict,
        { Comparison: not null } => NoTarget(claim, ""),
        _ => NoTarget(claim, $"; before: {claim.Verdict.Reason ?? claim.Verdict.Evidence}"),
    };

    private static Verdict NoTarget(ProvenClaim claim, string before) => Verdict.Unavailable(
        claim.Verdict.Id, claim.Verdict.Title, $"it was judged again by targets that have no {claim.Contract.Id}{before}");

    // By another target another part may be the one that misses it.
    private static Comparison FigureOf(ProvenClaim claim, Comparison comparison, Target target) =>
        ProvenPart.Worst(claim.Parts, target) is not { } worst ? comparison : comparison with
        {
            Figure = ProofArithmetic.Figure(worst.Ratio, target.Unit),
            Interval = ProofArithmetic.Figure(worst.Interval, target.Unit),
        };

    // Fewer bytes must not make reads slower, for one. What this proof did not measure is said to be open.
    private static Verdict Elsewhere(
        ClaimContract contract, Target target, Comparison comparison, Verdict verdict, IReadOnlyList<ProvenClaim> proof)
    {
        foreach (var id in contract.NotWorseIn ?? [])
        {
            var operations = proof.FirstOrDefault(claim => claim.Contract.Id == id)?.Operations ?? [];
            var worse = operations.Where(operation => operation.IsShownWorse).ToList();
            if (operations.Count == 0)
            {
                verdict = verdict.Qualified([$"not checked: whether the operations of {id} got worse, which this proof has no figures of"]);
                continue;
            }

            if (worse.Count == 0) continue;
            var told = $"worse than C by {id}: {Worst(worse)}";
            verdict = verdict.Kind == VerdictKind.Missed
                ? verdict.Qualified([told])
                : verdict.MissedBecause(ButWorse(comparison, target, told));
        }

        return verdict;
    }

    private static string ButWorse(Comparison comparison, Target target, string told) =>
        $"{Format.Figure(comparison.Figure, target.Unit, target.Limit)} as a whole, but {told}";

    /// <summary>Blocks are counted, and the arguments that they are counted of are drawn.</summary>
    private static bool IsSampled(ClaimStatistic statistic) => statistic is not (ClaimStatistic.IndexBytes or ClaimStatistic.AllBytes);

    // Records from before have no interval of blocks, and batches that agree have none either.
    private static bool IsCounted(ClaimStatistic statistic, Comparison comparison) => !IsSampled(statistic)
        || (statistic == ClaimStatistic.BlocksPerRequest && !(comparison.Interval?.Low < comparison.Interval?.High));

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
