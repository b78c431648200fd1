using System.Runtime.CompilerServices;

namespace LoadHarness.Core.Statistics;

/// <summary>The step and the mixing function of splitmix64 (Steele, Lea, Flood 2014), the source of every seeded number.</summary>
public static class SplitMix64
{
    /// <summary>What the state grows by, from one number to the next.</summary>
    public const ulong Gamma = 0x9E3779B97F4A7C15;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
