using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Proving;

/// <summary>A claim with what was measured for it.</summary>
/// <param name="Comparison">For a run's report; null where there is no figure.</param>
/// <param name="Operations">The same operations for every arm, the worst first; empty where nothing was measured.</param>
/// <param name="GeometricMean">Of the ratios of all operations, whatever the claim's own figure is; null without operations.</param>
public sealed record ProvenClaim(
    ClaimContract Contract, Verdict Verdict, Comparison? Comparison, IReadOnlyList<ProvenOperation> Operations, double? GeometricMean)
{
    /// <summary>What the contract holds apart: the worst is the claim's figure. Empty where it holds nothing apart.</summary>
    public IReadOnlyList<ProvenPart> Parts { get; init; } = [];

    /// <summary>All parts as one, which stands next to them and judges nothing; null without parts.</summary>
    public ProvenPart? Together { get; init; }

    /// <summary>More than 10% worse than C.</summary>
    public IEnumerable<ProvenOperation> Worse => Operations.Where(operation => operation.IsWorse);

    public ProvenOperation? Worst => ProofArithmetic.Worst(Operations);
}
