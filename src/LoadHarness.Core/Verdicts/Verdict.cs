using System.Text.Json.Serialization;

namespace LoadHarness.Core.Verdicts;

/// <summary>One requirement judged.</summary>
/// <param name="Id">As in requirements.md.</param>
/// <param name="Unit">Of figure, limit and interval: ms, s, rows/s, users, ...</param>
/// <param name="Samples">How many measurements the figure rests on.</param>
/// <param name="Interval">95% confidence interval of the figure; null where one has no meaning.</param>
/// <param name="Evidence">What was measured or looked up, in words a person can check.</param>
/// <param name="Caveats">What qualifies the figure; they travel with it into every output.</param>
/// <param name="Source">Scenario and operation of the measured distribution, as <c>scenario/operation</c>; null where there is none.</param>
public sealed record Verdict(
    string Id,
    string Title,
    VerdictKind Kind,
    double? Figure,
    double? Limit,
    LimitDirection Direction,
    string Unit,
    long Samples,
    ConfidenceInterval? Interval,
    string Evidence,
    IReadOnlyList<string> Caveats,
    string? Source)
{
    /// <summary>How far inside the limit the figure lies, as a share of the limit; negative when it is outside.</summary>
    public double? Margin => (Figure, Limit, Direction) switch
    {
        ({ } figure, { } limit, LimitDirection.AtMost) when limit != 0 => (limit - figure) / limit,
        ({ } figure, { } limit, LimitDirection.AtLeast) when limit != 0 => (figure - limit) / limit,
        _ => null,
    };
}

[JsonConverter(typeof(JsonStringEnumConverter<VerdictKind>))]
public enum VerdictKind
{
    Met,
    Missed,
    Inconclusive,
    Unavailable,

    /// <summary>A figure without a limit: it informs, and counts neither for nor against.</summary>
    Stated,
}

[JsonConverter(typeof(JsonStringEnumConverter<LimitDirection>))]
public enum LimitDirection
{
    AtMost,
    AtLeast,
}

public sealed record ConfidenceInterval(double Low, double High);
