using LoadHarness.Core;
using LoadHarness.Postgres.Jobs;

namespace LoadHarness.IntegrationTests.Jobs;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 2 * * *", "2026-05-06T01:59:59Z", "2026-05-05T02:00:00Z")]
    [InlineData("0 2 * * *", "2026-05-06T02:00:00Z", "2026-05-06T02:00:00Z")]
    [InlineData("*/30 * * * *", "2026-05-06T10:29:00Z", "2026-05-06T10:00:00Z")]
    [InlineData("0 1 1 * *", "2026-05-06T10:29:00Z", "2026-05-01T01:00:00Z")]
    [InlineData("15 6 29 2 *", "2026-05-06T10:29:00Z", "2024-02-29T06:15:00Z")]
    [InlineData("0 0 * * 7", "2026-05-06T10:29:00Z", "2026-05-03T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-05-06T10:29:00Z", "2026-05-01T00:00:00Z")]
    [InlineData("5,10-12 8-9 * * *", "2026-05-06T09:11:30Z", "2026-05-06T09:11:00Z")]
    public void The_previous_time_is_the_latest_that_fits(string schedule, string at, string expected) =>
        Assert.Equal(Time(expected), CronSchedule.Parse(schedule).Previous(Time(at)));

    [Fact]
    public void A_day_that_never_comes_has_no_previous_time() =>
        Assert.Null(CronSchedule.Parse("0 0 31 2 *").Previous(Time("2026-05-06T00:00:00Z")));

    [Theory]
    [InlineData("30 seconds")]
    [InlineData("61 * * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("x * * * *")]
    [InlineData("*/0 * * * *")]
    public void What_is_no_schedule_is_refused_with_its_text(string schedule) =>
        Assert.Contains(schedule, Assert.Throws<HarnessException>(() => CronSchedule.Parse(schedule)).Message, StringComparison.Ordinal);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text);
}
