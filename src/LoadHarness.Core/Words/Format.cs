using LoadHarness.Core.Verdicts;

namespace LoadHarness.Core.Words;

/// <summary>
/// How figures are written for people: three significant digits, a unit, and thousands apart. A limit has the digits that it has: rounded,
/// it would lie on the other side of some figures that are held against it.
/// </summary>
public static class Format
{
    /// <summary>Significant digits of a limit, at most.</summary>
    private const int MostOfLimit = 6;

    /// <summary>Digits behind the point.</summary>
    private const int MostBehind = 15;

    public static string Duration(TimeSpan duration) => Math.Abs(duration.TotalSeconds) switch
    {
        0 => "0 ms",
        < 0.001 => $"{Significant(duration.TotalMicroseconds)} µs",
        < 1 => $"{Significant(duration.TotalMilliseconds)} ms",
        < 120 => $"{Significant(duration.TotalSeconds)} s",
        < 7200 => $"{(int)duration.TotalMinutes} min {duration.Seconds} s",
        _ => $"{(int)duration.TotalHours} h {duration.Minutes} min",
    };

    /// <summary>A dash where nothing was measured, or the samples do not reach.</summary>
    public static string Duration(TimeSpan? duration) => duration is { } value ? Duration(value) : "–";

    public static string Bytes(double bytes) => Math.Abs(bytes) switch
    {
        < 1024 => $"{bytes:0} B",
        < 1024 * 1024 => $"{Significant(bytes / 1024)} KiB",
        < 1024d * 1024 * 1024 => $"{Significant(bytes / 1024 / 1024)} MiB",
        _ => $"{Significant(bytes / 1024 / 1024 / 1024)} GiB",
    };

    public static string Count(long count) => count.ToString("N0");

    /// <summary>
    /// A value next to a limit, with as many digits as it takes to tell the two apart, and never on the other side of the limit as that is
    /// written.
    /// </summary>
    public static string Distinct(double value, double limit, string unit)
    {
        if (!double.IsFinite(value) || !double.IsFinite(limit)) return WithUnit(Significant(value), unit);
        var shown = Exact(limit);
        if (value == limit) return WithUnit(shown, unit);
        var (held, side) = (double.Parse(shown), value.CompareTo(limit));
        var written = Enumerable.Range(1, 12).Select(count => Trimmed(value, count))
            .Prepend(Significant(value)).Append(value.ToString("R"));
        // Of a limit with more digits than are written, the figure may lie between the two: it is written as the next beyond.
        return WithUnit(
            written.FirstOrDefault(text => double.Parse(text).CompareTo(held) == side)
                ?? Trimmed(held + (side * Math.Pow(10, -Behind(limit))), Behind(limit)),
            unit);
    }

    /// <summary>Cut with a note of how much is left out.</summary>
    public static string Cut(string text, int longest) =>
        text.Length <= longest ? text : $"{text[..longest]}... (+{Count(text.Length - longest)} characters)";

    /// <summary>"1 sample", "3 samples".</summary>
    public static string Counted(long count, string one) => $"{Count(count)} {one}{(count == 1 ? "" : "s")}";

    public static string Percent(double share) => $"{Significant(share * 100)}%";

    /// <param name="limit">What it is held against: it is written distinct from that. Null for none.</param>
    public static string Figure(double? figure, string unit, double? limit = null) =>
        figure is { } value ? Against(value, limit, unit) : "–";

    /// <param name="limit">What both ends are held against: each is written distinct from that. Null for none.</param>
    public static string Interval(ConfidenceInterval? interval, string unit, double? limit = null) =>
        interval is null ? "–" : $"{Against(interval.Low, limit, "")} to {Against(interval.High, limit, unit)}";

    /// <summary>Without a unit, next to a figure that has it: "891 to 1,491".</summary>
    public static string Interval(ConfidenceInterval interval, double? limit = null) => Interval(interval, "", limit);

    public static string Limit(Verdict verdict) => verdict.Limit is { } limit
        ? Limit(new Limit(limit, verdict.Direction, verdict.Unit))
        : "–";

    public static string Limit(Limit limit) =>
        $"{(limit.Direction == LimitDirection.AtMost ? "at most" : "at least")} {LimitValue(limit.Value, limit.Unit)}";

    /// <summary>A limit of time by itself.</summary>
    public static string Limit(TimeSpan limit) => Math.Abs(limit.TotalSeconds) switch
    {
        < 0.001 => $"{Exact(limit.TotalMicroseconds)} µs",
        < 1 => $"{Exact(limit.TotalMilliseconds)} ms",
        _ => $"{Exact(limit.TotalSeconds)} s",
    };

    /// <summary>A limit without its direction; a dash for none.</summary>
    public static string LimitValue(double? limit, string unit) => limit is { } value ? WithUnit(Exact(value), unit) : "–";

    public static string Margin(Verdict verdict) => verdict.Margin is { } margin
        ? margin >= 0 ? $"{Share(margin)} inside" : $"{Share(-margin)} outside"
        : "–";

    public static string Significant(double value)
    {
        if (!double.IsFinite(value)) return "–";
        var size = Math.Abs(value);
        // What rounds to nothing has no sign.
        return value.ToString(size switch
        {
            0 => "0",
            >= 100 => "N0",
            >= 10 => "0.#",
            >= 1 => "0.##",
            >= 0.01 => "0.###",
            _ => "0.#####;-0.#####;0",
        });
    }

    private static string Share(double margin) => margin >= 10 ? $"{Significant(margin + 1)} times" : Percent(margin);

    private static string Against(double value, double? limit, string unit) =>
        limit is { } held ? Distinct(value, held, unit) : Measure(value, unit);

    private static string Exact(double limit) => double.IsFinite(limit) ? Trimmed(limit, Behind(limit)) : "–";

    private static int Behind(double limit) =>
        limit == 0 ? 0 : Math.Clamp(MostOfLimit - 1 - (int)Math.Floor(Math.Log10(Math.Abs(limit))), 0, MostBehind);

    private static string Trimmed(double value, int behind)
    {
        var text = value.ToString("N" + behind);
        return behind == 0 ? text : text.TrimEnd('0').TrimEnd('.');
    }

    private static string Measure(double value, string unit) => WithUnit(Significant(value), unit);

    /// <summary>"users" and "leads", not "s" and "ms".</summary>
    private static bool IsPlural(string unit) => unit.Length > 2 && unit.EndsWith('s') && !unit.Contains('/');

    private static string WithUnit(string number, string unit) => unit switch
    {
        "%" => $"{number}%",
        "x" => $"{number}×",
        "" => number,
        // What is counted stands before the figure: "completed requests 600/min".
        _ when unit.StartsWith("requests/", StringComparison.Ordinal) => $"{number}{unit["requests".Length..]}",
        _ => $"{number} {(number == "1" && IsPlural(unit) ? unit[..^1] : unit)}",
    };
}
