namespace LoadHarness.Core.Statistics;

/// <summary>A text's number, the same in every process and on every machine, which that of string.GetHashCode is not.</summary>
public static class StableHash
{
    /// <summary>FNV-1a of 64 bits over the UTF-16 letters.</summary>
    /// <remarks>Its lowest bits follow the letters' own; a caller that deals out by it takes the highest.</remarks>
    public static ulong Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in text) hash = (hash ^ letter) * 1099511628211UL;
        return hash;
    }
}
