using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Counters;

/// <summary>Operations that fail on an arm. They are left out on both: the others must have the same load beside them.</summary>
internal sealed record BrokenOperations(IReadOnlyList<OperationFault> OnA, IReadOnlyList<OperationFault> OnB)
{
    /// <summary>They work on A: B is worse.</summary>
    public IReadOnlyList<OperationFault> OnBAlone =>
        [.. OnB.Where(fault => OnA.All(other => other.Operation != fault.Operation))];

    /// <summary>What fails on A, on B or not, cannot be compared: of each a sentence.</summary>
    public IEnumerable<string> NotCompared => OnA.Select(onA =>
        OnB.FirstOrDefault(other => other.Operation == onA.Operation) is { } onB
            ? $"{onA.Operation}: fails on A: {onA.Words}; and on B: {onB.Words}."
            : $"{onA.Operation}: fails on A: {onA.Words}.");

    public BrokenOperations And(BrokenOperations others) => new([.. OnA, .. others.OnA], [.. OnB, .. others.OnB]);

    public ComparisonPlan LeftOutOf(ComparisonPlan plan) =>
        plan with { LeftOut = [.. plan.LeftOut, .. OnA.Concat(OnB).Select(fault => fault.Operation)] };
}
