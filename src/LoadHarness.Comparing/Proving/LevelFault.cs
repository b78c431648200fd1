namespace LoadHarness.Comparing.Proving;

/// <summary>Why a level of load did not hold.</summary>
/// <param name="Words">What broke, or what spoilt the level; without a full stop.</param>
/// <param name="IsSpoilt">By the generator, or by a neighbour on the machine: it says nothing of what was loaded.</param>
internal sealed record LevelFault(string Words, bool IsSpoilt = false);
