using LoadHarness.Core.Statistics;

namespace LoadHarness.UnitTests;

public sealed class StableHashTests
{
    /// <summary>The published test vectors of FNV-1a, 64 bits.</summary>
    [Theory]
    [InlineData("", 0xCBF29CE484222325)]
    [InlineData("a", 0xAF63DC4C8601EC8C)]
    [InlineData("foobar", 0x85944171F73967E8)]
    public void A_text_has_the_published_hash(string text, ulong hash) => Assert.Equal(hash, StableHash.Of(text));
}
