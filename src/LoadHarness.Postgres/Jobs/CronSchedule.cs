using System.Globalization;
using LoadHarness.Core;

namespace LoadHarness.Postgres.Jobs;

/// <summary>Five cron fields (minute, hour, day of month, month, day of week), in GMT as pg_cron 1.4 reads them.</summary>
internal sealed class CronSchedule
{
    // Four years and a day: the longest time between two 29ths of February outside a century's turn.
    private const int LongestGapDays = 1462;

    private readonly string _text;
    private readonly bool[] _minutes;
    private readonly bool[] _hours;
    private readonly bool[] _days;
    private readonly bool[] _months;
    private readonly bool[] _weekdays;
    private readonly bool _eitherDay;

    private CronSchedule(string text, string[] fields)
    {
        _text = text;
        _minutes = Field(fields[0], 0, 59);
        _hours = Field(fields[1], 0, 23);
        _days = Field(fields[2], 1, 31);
        _months = Field(fields[3], 1, 12);
        _weekdays = Field(fields[4], 0, 7);
        _weekdays[0] |= _weekdays[7];
        // Cron's own rule: when both day fields are given, a day that fits one of them is enough.
        _eitherDay = fields[2] != "*" && fields[4] != "*";
    }

    /// <exception cref="HarnessException">Not five fields of numbers, lists, ranges and steps.</exception>
    public static CronSchedule Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5
            ? new CronSchedule(text, fields)
            : throw new HarnessException(
                $"The schedule \"{text}\" has {fields.Length} fields; five are needed: minute, hour, day, month, weekday.");
    }

    /// <summary>The latest time at or before the given one; null when the schedule never fits a day.</summary>
    public DateTimeOffset? Previous(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        for (var day = DateOnly.FromDateTime(utc); day > DateOnly.FromDateTime(utc).AddDays(-LongestGapDays); day = day.AddDays(-1))
        {
            if (!Fits(day)) continue;
            var last = day == DateOnly.FromDateTime(utc) ? (utc.Hour * 60) + utc.Minute : (24 * 60) - 1;
            for (var minute = last; minute >= 0; minute--)
            {
                if (_hours[minute / 60] && _minutes[minute % 60])
                    return new DateTimeOffset(day.ToDateTime(new TimeOnly(minute / 60, minute % 60)), TimeSpan.Zero);
            }
        }

        return null;
    }

    public override string ToString() => _text;

    private bool Fits(DateOnly day)
    {
        var byDate = _days[day.Day];
        var byWeekday = _weekdays[(int)day.DayOfWeek];
        return _months[day.Month] && (_eitherDay ? byDate || byWeekday : byDate && byWeekday);
    }

    private bool[] Field(string field, int low, int high)
    {
        var set = new bool[high + 1];
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') is [var r, var s] ? (r, Number(s, 1, high)) : (part, 1);
            var (from, to) = range == "*" ? (low, high)
                : range.Split('-') is [var f, var t] ? (Number(f, low, high), Number(t, low, high))
                : (Number(range, low, high), part.Contains('/', StringComparison.Ordinal) ? high : Number(range, low, high));
            for (var value = from; value <= to; value += step) set[value] = true;
        }

        return set;
    }

    private int Number(string number, int low, int high) =>
        int.TryParse(number, NumberStyles.None, null, out var value) && value >= low && value <= high
            ? value
            : throw new HarnessException($"The schedule \"{_text}\" holds \"{number}\" where a number from {low} to {high} belongs.");
}
