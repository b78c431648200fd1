using LoadHarness.Core.Targets;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Proving;

/// <summary>Some operations of a claim, such as its counts or its pages: the claim is judged by the worst of its parts.</summary>
/// <param name="Name">As the contract calls it.</param>
/// <param name="Operations">How many.</param>
/// <param name="Ratio">The geometric mean of optimized over C.</param>
/// <param name="Interval">95% of the ratio.</param>
public sealed record ProvenPart(string Name, int Operations, double Ratio, ConfidenceInterval Interval)
{
    /// <returns>One that misses the target before one that is open, and of those alike the highest ratio; null of none.</returns>
    internal static ProvenPart? Worst(IReadOnlyList<ProvenPart> parts, Target target) => parts
        .OrderBy(part => VerdictKinds.Severity(target.Bound.Decide(ProofArithmetic.Figure(part.Interval, target.Unit), 1, 1)))
        .ThenByDescending(part => part.Ratio).FirstOrDefault();
}
