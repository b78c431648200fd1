using LoadHarness.Core.Statistics;
using LoadHarness.Seeding.Rows;

namespace LoadHarness.Seeding;

/// <summary>The 24 months that hold rows. Times are microseconds since 2000-01-01 UTC, as PostgreSQL sends them.</summary>
public sealed class SeedCalendar
{
    public const int Months = 24;

    internal const long Second = 1_000_000;
    internal const long Minute = 60 * Second;
    internal const long Hour = 60 * Minute;
    internal const long Day = 24 * Hour;

    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    // A list that grows by about 4% of its first month every month: the last month brings in nearly twice the first.
    private static readonly AliasTable MonthGrowth = new([.. Enumerable.Range(0, Months).Select(month => (ulong)(100 + (4 * month)))]);

    // Sign-ups an hour of the day (UTC): quiet nights, a peak before noon and another in the evening.
    private static readonly AliasTable HourOfDay = new(
        [8, 5, 4, 3, 3, 5, 12, 25, 45, 60, 66, 64, 55, 56, 60, 58, 52, 48, 46, 50, 48, 38, 24, 14]);

    private readonly long[] _starts;

    public SeedCalendar(DateOnly newestMonth)
    {
        NewestMonth = new DateOnly(newestMonth.Year, newestMonth.Month, 1);
        _starts = [.. Enumerable.Range(0, Months + 1).Select(month => Microseconds(NewestMonth.AddMonths(month - Months + 1)))];
    }

    public DateOnly NewestMonth { get; }

    public DateOnly OldestMonth => NewestMonth.AddMonths(1 - Months);

    /// <summary>First instant after the newest month.</summary>
    public long End => _starts[Months];

    public static DateOnly LastFullMonth(DateTime utc) => new DateOnly(utc.Year, utc.Month, 1).AddMonths(-1);

    public static long Microseconds(DateOnly day) =>
        (day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - Epoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTime Utc(long microseconds) => Epoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    internal long MonthStart(int month) => _starts[month];

    /// <summary>Keeps a time inside the window.</summary>
    internal long Clamp(long microseconds) => Math.Min(microseconds, End - 1);

    /// <summary>A sign-up time: later months and daytime hours are more likely.</summary>
    internal long SignUp(ulong draw, out int month)
    {
        month = MonthGrowth.Pick(draw);
        var within = SplitMix64.Mix(draw);
        var days = (uint)((_starts[month + 1] - _starts[month]) / Day);
        var day = FieldDraw.Below(within, days);
        var hour = HourOfDay.Pick(SplitMix64.Mix(within));
        return _starts[month] + (day * Day) + (hour * Hour) + FieldDraw.Below(SplitMix64.Mix(within ^ draw), (uint)Hour);
    }
}
