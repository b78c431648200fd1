using System.Numerics;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// HdrHistogram's layout for three significant digits and a lowest value of 1: exact up to 2,047 ns, then 1,024 buckets for each power of
/// two. A bucket's middle is within 0.05% of every value in it.
/// </summary>
internal static class HistogramBuckets
{
    public const int SignificantDigits = 3;
    public const int PageBits = 10;
    public const int PageSize = 1 << PageBits;
    public const int PageMask = PageSize - 1;
    public const long Longest = 3_600_000_000_000;
    private const int LargestExactValue = (2 * PageSize) - 1;

    public static int Pages { get; } = (IndexOf(Longest) >> PageBits) + 1;

    public static int IndexOf(long nanoseconds)
    {
        var exponent = 63 - PageBits - BitOperations.LeadingZeroCount((ulong)(nanoseconds | LargestExactValue));
        return (exponent << PageBits) + (int)(nanoseconds >> exponent);
    }

    public static long MiddleOf(int index)
    {
        if (index <= LargestExactValue) return index;
        var exponent = (index >> PageBits) - 1;
        return ((long)((index & PageMask) + PageSize) << exponent) + (1L << exponent >> 1);
    }
}
