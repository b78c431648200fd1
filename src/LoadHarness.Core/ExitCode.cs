namespace LoadHarness.Core;

/// <summary>What the process says to its caller.</summary>
public enum ExitCode
{
    AllMet = 0,
    Fault = 1,
    BadUsage = 2,
    TargetMissed = 3,
    Regression = 4,

    /// <summary>Inconclusive, invalid or interrupted.</summary>
    Inconclusive = 5,
}
