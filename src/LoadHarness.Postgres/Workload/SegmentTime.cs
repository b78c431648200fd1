using System.Globalization;

namespace LoadHarness.Postgres.Workload;

/// <summary>The time that a text says: a date is its whole day, in its zone, UTC where it names none.</summary>
internal readonly record struct SegmentTime(DateTime From, DateTime To)
{
    private static readonly string[] Formats =
        [.. from day in (string[])["yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss",
            "yyyy-MM-dd HH:mm:ss"] from zone in (string[])["", "K", "zz"] select day + zone];

    /// <returns>Null when the text is no time.</returns>
    public static SegmentTime? Of(string text)
    {
        if (!DateTimeOffset.TryParseExact(text, Formats, null, DateTimeStyles.AssumeUniversal, out var time))
            return null;
        var from = time.UtcDateTime;
        return new(from, text.AsSpan(10).ContainsAny('T', ' ') ? from.AddTicks(10) : from.AddDays(1));
    }

    public bool Meets(DateTime time, string op) => op switch
    {
        "before" or "less_than" => time < From,
        "after" or "greater_than" => time >= To,
        "equals" => time >= From && time < To,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no operator on times"),
    };
}
