using LoadHarness.Load;

namespace LoadHarness.Comparing.Proving;

/// <summary>One operation of an arm, alone in its scenario, so that it can be called as often as one likes.</summary>
/// <param name="Alone">A scenario of this operation and no other.</param>
/// <param name="Init">Set-up that comes once before the first call; null for none.</param>
internal sealed record ProofOperation(ScenarioProps Alone, Func<IScenarioInitContext, Task>? Init = null)
{
    /// <summary><c>scenario/operation</c>, the same on every arm.</summary>
    public string Name => $"{Alone.Name}/{Alone.Operations[0].Name}";
}
