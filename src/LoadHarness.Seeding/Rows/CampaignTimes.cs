using LoadHarness.Core.Statistics;
namespace LoadHarness.Seeding.Rows;

/// <summary>
/// When each workspace's campaigns went out, in order of time: a campaign's index is its month times the campaigns a month, plus its place
/// there.
/// </summary>
internal sealed class CampaignTimes
{
    private readonly long[][] _times;

    public CampaignTimes(ulong seed, SeedCalendar calendar, SeedPlan plan)
    {
        var draw = FieldDraw.Of(seed, "campaigns", "created_at");
        _times = [.. plan.Workspaces.Select(workspace => Times(workspace, draw, calendar))];
    }

    public ReadOnlySpan<long> Of(long workspace) => _times[workspace - 1];

    // Days 3 to 26 and hours 8 to 17, five days apart, so that two days of opens and an hour of clicks stay in the month, of 28 days too.
    private static long[] Times(long workspace, FieldDraw draw, SeedCalendar calendar)
    {
        var perMonth = SeedPlan.CampaignsPerMonth(workspace);
        return [.. Enumerable.Range(0, SeedCalendar.Months * perMonth).Select(index =>
        {
            var (month, place) = Math.DivRem(index, perMonth);
            var number = draw.At(SeedPlan.CampaignId(workspace, index));
            var day = 2 + (place * 5) + FieldDraw.Below(number, 4);
            var minute = FieldDraw.Below(SplitMix64.Mix(number), 10 * 60);
            return calendar.MonthStart(month) + (day * SeedCalendar.Day) + (8 * SeedCalendar.Hour) + (minute * SeedCalendar.Minute);
        })];
    }
}
