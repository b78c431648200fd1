using LoadHarness.Core.Options;

namespace LoadHarness.UnitTests;

public sealed class ContactCountTests
{
    [Theory]
    [InlineData("2000000", 2_000_000)]
    [InlineData("2_000_000", 2_000_000)]
    [InlineData("2,000,000", 2_000_000)]
    [InlineData("200,000", 200_000)]
    [InlineData("1,500k", 1_500_000)]
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

    // What PowerShell makes of 200,000, 2,000,000 and 1,500,000 at its prompt, and other commas that separate no thousands.
    [Theory]
    [InlineData("200,0")]
    [InlineData("2,0,0")]
    [InlineData("1,500,0")]
    [InlineData("200,10")]
    [InlineData("2000,000")]
    [InlineData("0,200,000")]
    [InlineData(",200,000")]
    [InlineData("200,000,")]
    [InlineData("20,00k")]
    [InlineData("1,5M")]
    [InlineData("1e5,000")]
    public void Commas_that_separate_no_thousands_are_refused_with_an_example(string text)
    {
        Assert.Null(ContactCount.Parse(text, out var error));
        Assert.Contains($"--contacts '{text}'", error);
        Assert.Contains("2,000,000", error);
        Assert.Contains("PowerShell", error);
    }
}
