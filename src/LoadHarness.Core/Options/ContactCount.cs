using System.Globalization;
using System.Text.RegularExpressions;

namespace LoadHarness.Core.Options;

/// <summary>
/// Reads a number of leads the way people write it: <c>2000000</c>, <c>2_000_000</c>, <c>2,000,000</c>, <c>2M</c>, <c>500k</c>, <c>1e6</c>.
/// </summary>
public static partial class ContactCount
{
    /// <summary>Below this the percentiles and plans say nothing about a large table.</summary>
    public const long Smallest = 1_000;

    /// <summary>Beyond this one private server is the wrong tool.</summary>
    public const long Largest = 100_000_000;

    /// <returns>The count, or null with the reason in <paramref name="error"/>.</returns>
    public static long? Parse(string text, out string? error)
    {
        var plain = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var factor = plain.Length == 0 ? 1 : char.ToLowerInvariant(plain[^1]) switch { 'k' => 1_000m, 'm' => 1_000_000m, _ => 1 };
        var digits = factor == 1 ? plain : plain[..^1];

        error = $"--contacts '{text}': not a number of leads. Write it like 200000, 200k, 2_000_000, 2M or 1e6.";
        if (digits.Contains(','))
        {
            // Of 200,000 at its prompt PowerShell hands over 200,0: to drop any comma would make 2,000 leads of it.
            error += " Commas stand before each three digits, as in 2,000,000. PowerShell reads them as a list: leave them out there.";
            if (!WithThousands().IsMatch(digits)) return null;
            digits = digits.Replace(",", "", StringComparison.Ordinal);
        }

        if (!double.TryParse(digits, NumberStyles.Float, null, out var approximate)) return null;
        if (!(Math.Abs(approximate) <= Largest)) return OutOfRange(text, out error);

        var count = decimal.Parse(digits, NumberStyles.Float) * factor;
        if (count != decimal.Truncate(count)) return null;
        if (count is < Smallest or > Largest) return OutOfRange(text, out error);
        error = null;
        return (long)count;
    }

    private static long? OutOfRange(string text, out string error)
    {
        error = $"--contacts '{text}': give {Smallest:N0} to {Largest:N0} leads.";
        return null;
    }

    [GeneratedRegex(@"^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$")]
    private static partial Regex WithThousands();
}
