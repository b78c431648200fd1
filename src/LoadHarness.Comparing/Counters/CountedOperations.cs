using LoadHarness.Core.Comparing;

namespace LoadHarness.Comparing.Counters;

/// <summary>What two passes of the same calls counted on an arm: their difference is the spread of the counters.</summary>
/// <param name="Faults">Operations that failed: they are in neither pass.</param>
internal sealed record CountedOperations(
    IReadOnlyList<OperationCounters> First, IReadOnlyList<OperationCounters> Second, IReadOnlyList<OperationFault> Faults);
