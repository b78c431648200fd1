using LoadHarness.Core.Input;

namespace LoadHarness.UnitTests.Input;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData("90s", 90)]
    [InlineData("1m30s", 90)]
    [InlineData("1min30s", 90)]
    [InlineData("00:01:30", 90)]
    [InlineData("00:00:00.5", 0.5)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5s", 1.5)]
    [InlineData("2h", 7_200)]
    [InlineData("1d2h", 93_600)]
    public void A_duration_with_a_unit_is_read(string text, double seconds) =>
        Assert.Equal(seconds, DurationText.Parse(text)!.Value.TotalSeconds);

    [Theory]
    [InlineData("90")]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1 s")]
    [InlineData("30s1m")]
    [InlineData("1:30")]
    [InlineData("00:61:00")]
    [InlineData("99999999999999s")]
    public void A_duration_that_could_mean_anything_is_not(string text) => Assert.Null(DurationText.Parse(text));
}
