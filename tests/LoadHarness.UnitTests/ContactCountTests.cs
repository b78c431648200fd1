using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests;

public sealed class ContactCountTests
{
    [Theory]
    [InlineData("2000000", 2_000_000)]
    [InlineData("2_000_000", 2_000_000)]
    [InlineData("2,000,000", 2_000_000)]
    [InlineData("2M", 2_000_000)]
    [InlineData("1.5m", 1_500_000)]
    [InlineData("200k", 200_000)]
    [InlineData("1e6", 1_000_000)]
    [InlineData(" 5000 ", 5_000)]
    public void A_count_is_read_as_a_person_would_read_it(string text, long expected)
    {
        Assert.Equal(expected, ContactCount.Parse(text, out var error));
        Assert.Null(error);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("50")]
    [InlineData("1e30")]
    [InlineData("79228162514264337593543950335m")]
    [InlineData("200000000")]
    public void A_count_out_of_range_is_refused_with_the_range(string text)
    {
        Assert.Null(ContactCount.Parse(text, out var error));
        Assert.Contains("1,000", error);
        Assert.Contains("100,000,000", error);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("1000.5")]
    [InlineData("M")]
    [InlineData("0x10")]
    public void What_is_no_number_is_refused_with_an_example(string text)
    {
        Assert.Null(ContactCount.Parse(text, out var error));
        Assert.Contains("2_000_000", error);
    }
}
