using System.Security.Cryptography;
using System.Text;

namespace LoadHarness.Core.Statistics;

/// <summary>SHA-256 of a text, as lower-case hexadecimal digits.</summary>
public static class TextHash
{
    /// <param name="digits">How many of the 64 to keep.</param>
    public static string Of(string text, int digits = 64) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..digits];
}
