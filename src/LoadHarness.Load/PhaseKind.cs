namespace LoadHarness.Load;

/// <summary>What a scenario is at.</summary>
public enum PhaseKind
{
    WarmUp,
    Measuring,

    /// <summary>Nothing begins any more; what is in flight may end.</summary>
    Draining,
}

public static class PhaseKinds
{
    public static string Word(this PhaseKind phase) => phase == PhaseKind.WarmUp ? "warm-up" : phase.ToString().ToLowerInvariant();
}
