namespace LoadHarness.Core.Statistics;

/// <summary>Where a condition that holds at first ceases to hold.</summary>
internal static class Bisection
{
    private const int Halvings = 200;

    public static double Of(Func<double, bool> holds, double low, double high)
    {
        for (var i = 0; i < Halvings && high > low; i++)
        {
            var middle = low + ((high - low) / 2);
            if (middle == low || middle == high) break;
            if (holds(middle)) low = middle;
            else high = middle;
        }

        return low;
    }
}
