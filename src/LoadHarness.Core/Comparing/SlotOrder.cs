namespace LoadHarness.Core.Comparing;

/// <summary>The order of slots: A B, B A, A B, ... so that a machine that slows down slows both arms alike.</summary>
public static class SlotOrder
{
    /// <returns>Whether the arm A goes first in the pair.</returns>
    /// <param name="pair">From 0.</param>
    public static bool AGoesFirst(int pair) => pair % 2 == 0;
}
