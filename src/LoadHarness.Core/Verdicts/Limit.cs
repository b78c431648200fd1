using System.Text.Json.Serialization;

namespace LoadHarness.Core.Verdicts;

/// <summary>What a figure is held against. The value itself is inside: a limit says "at most" or "at least".</summary>
/// <param name="Unit">Of the value and of each figure that is held against it: ms, s, rows/s, users, ...</param>
public sealed record Limit(double Value, LimitDirection Direction, string Unit)
{
    public static Limit AtMost(double value, string unit) => new(value, LimitDirection.AtMost, unit);

    public static Limit AtLeast(double value, string unit) => new(value, LimitDirection.AtLeast, unit);

    /// <summary>Whether one value lies inside. What is not a finite number never does.</summary>
    public bool Allows(double figure) =>
        double.IsFinite(figure) && (Direction == LimitDirection.AtLeast ? figure >= Value : figure <= Value);

    /// <summary>
    /// The one decision of this program: met when the whole interval lies inside the limit, missed when all of it lies outside,
    /// inconclusive in between, with too few samples, or without an interval.
    /// </summary>
    public VerdictKind Decide(ConfidenceInterval? interval, long samples, long minimumSamples) =>
        samples < minimumSamples || interval is not { IsFinite: true } ? VerdictKind.Inconclusive
        : (Allows(interval.Low), Allows(interval.High)) switch
        {
            (true, true) => VerdictKind.Met,
            (false, false) => VerdictKind.Missed,
            _ => VerdictKind.Inconclusive,
        };
}

[JsonConverter(typeof(JsonStringEnumConverter<LimitDirection>))]
public enum LimitDirection
{
    AtMost,
    AtLeast,
}

/// <summary>Of 95% confidence.</summary>
public sealed record ConfidenceInterval(double Low, double High)
{
    /// <summary>Of a figure that has no sampling error, such as a count.</summary>
    public static ConfidenceInterval Exactly(double figure) => new(figure, figure);

    [JsonIgnore]
    public bool IsFinite => double.IsFinite(Low) && double.IsFinite(High);
}
