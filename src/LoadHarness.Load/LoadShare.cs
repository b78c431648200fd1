using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LoadHarness.Core;

namespace LoadHarness.Load;

/// <summary>
/// The part of a load that one of several generators makes: arrivals and users are dealt out by their number, so the shares are the whole.
/// </summary>
public sealed record LoadShare
{
    /// <summary>More generators than one coordinator should have to hear twice a second.</summary>
    public const int Most = 100;

    /// <param name="index">From 0.</param>
    public LoadShare(int index, int count)
    {
        if (count is < 1 or > Most || index < 0 || index >= count)
            throw new HarnessException($"There is no share {index + 1} of {count}. Give k/N with k from 1 to N, and N at most {Most}.",
                ExitCode.BadUsage);
        (Index, Count) = (index, count);
    }

    public static LoadShare Whole { get; } = new(0, 1);

    /// <summary>From 0.</summary>
    public int Index { get; }

    public int Count { get; }

    /// <param name="text">k/N, with k from 1.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out LoadShare? share)
    {
        share = null;
        if (text?.Split('/') is not [var k, var n] || !Number(k, out var index) || !Number(n, out var count)) return false;
        if (count is < 1 or > Most || index < 1 || index > count) return false;
        share = new(index - 1, count);
        return true;
    }

    public bool Takes(long number) => number % Count == Index;

    /// <summary>How many of the numbers below <paramref name="total"/> are this share's.</summary>
    public long Of(long total) => (total - Index + Count - 1) / Count;

    /// <summary>
    /// How many of the iterations that so many users share are for the users of this share. A lone user's stay with one generator: dealt
    /// out, what is meant to come one after the other would come at once.
    /// </summary>
    public long Of(long iterations, int users) => (iterations / users * Of(users)) + Of(iterations % users);

    /// <summary>A number that no other share gives out.</summary>
    /// <param name="local">From 0, of this share alone.</param>
    public int NumberOf(int local) => Index + (local * Count);

    /// <summary>As people write it: 2/3 is the second of three.</summary>
    public override string ToString() => $"{Index + 1}/{Count}";

    private static bool Number(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, null, out number);
}
