using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Proving;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Targets;

/// <summary>
/// What <c>prove</c>, <c>scale</c>, <c>headroom</c>, <c>ledger</c>, <c>compare</c> and <c>gate</c> come to: the targets of a load do not
/// apply to them.
/// </summary>
internal static class ComparedVerdicts
{
    /// <returns>Null for a run of a load.</returns>
    public static IReadOnlyList<Verdict>? Of(RunResult run, IReadOnlyList<Target> targets) => run.Proof is { } proof
        ? [.. proof.Claims.Select(claim => ClaimVerdict.Again(claim, targets))]
        : run.Growth?.Verdicts ?? run.Headroom?.Verdicts ?? run.Ledger?.Verdicts ?? run.GateRates?.Verdicts
            ?? (run.Arms is { } arms ? ArmVerdicts.Of(arms, run.Gate) : null);
}
