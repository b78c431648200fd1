using System.Text.Json.Serialization;

namespace LoadHarness.Core.Verdicts;

/// <summary>
/// One requirement judged. Only the factories in <c>Verdict.Factories.cs</c> make one, so that no verdict can say met of a figure that
/// was not inside its limit.
/// </summary>
public sealed partial record Verdict
{
    [JsonConstructor]
    private Verdict(string id, string title, VerdictKind kind, string evidence) =>
        (Id, Title, Kind, Evidence) = (id, title, kind, evidence);

    /// <summary>As in requirements.md.</summary>
    [JsonInclude]
    public string Id { get; private init; }

    [JsonInclude]
    public string Title { get; private init; }

    [JsonInclude]
    public VerdictKind Kind { get; private init; }

    /// <summary>Null where nothing was measured.</summary>
    [JsonInclude]
    public double? Figure { get; private init; }

    [JsonInclude]
    public double? Limit { get; private init; }

    [JsonInclude]
    public LimitDirection Direction { get; private init; } = LimitDirection.AtLeast;

    /// <summary>Of figure, limit and interval: ms, s, rows/s, users, ...</summary>
    [JsonInclude]
    public string Unit { get; private init; } = "";

    /// <summary>How many measurements the figure rests on.</summary>
    [JsonInclude]
    public long Samples { get; private init; }

    /// <summary>95% confidence interval of the figure; null where one has no meaning.</summary>
    [JsonInclude]
    public ConfidenceInterval? Interval { get; private init; }

    /// <summary>Within which figure and interval are known; null where nothing but the measurement bounds them.</summary>
    [JsonInclude]
    public KnownRange? Known { get; private init; }

    /// <summary>What the figure is of, such as <c>custom_field_filter p95</c>; null where the title says it.</summary>
    [JsonInclude]
    public string? Subject { get; private init; }

    /// <summary>Of a count, what was checked; it stands where a measured figure has its interval.</summary>
    [JsonInclude]
    public string? Checked { get; private init; }

    /// <summary>Why it is not met: the cause, in words, without a full stop. Null for what is met or stated.</summary>
    [JsonInclude]
    public string? Reason { get; private init; }

    /// <summary>Missed for its <see cref="Reason"/>, such as requests that failed, whatever the figure says.</summary>
    [JsonInclude]
    public bool ByCause { get; private init; }

    /// <summary>Its cause, where it was missed whatever the figure says; else null.</summary>
    [JsonIgnore]
    public string? Cause => ByCause ? Reason ?? Evidence : null;

    /// <summary>As well met as the worst of other verdicts, whatever the figure says.</summary>
    [JsonInclude]
    public bool OfOthers { get; private init; }

    /// <summary>Leads at which the claim is made; 0 where it holds at any scale.</summary>
    [JsonInclude]
    public long ClaimedAtContacts { get; private init; }

    /// <summary>Of what was not judged: the command that would judge it; null where this version has none.</summary>
    [JsonInclude]
    public string? Command { get; private init; }

    /// <summary>What was measured or looked up, in words a person can check.</summary>
    [JsonInclude]
    public string Evidence { get; private init; }

    /// <summary>What qualifies the figure; they travel with it into every output.</summary>
    [JsonInclude]
    public IReadOnlyList<string> Caveats { get; private init; } = [];

    /// <summary>Scenario and operation of the measured distribution, as <c>scenario/operation</c>; null where there is none.</summary>
    [JsonInclude]
    public string? Source { get; private init; }

    /// <summary>What the figure was held against; null where there is no limit.</summary>
    [JsonIgnore]
    public Limit? Bound => Limit is { } value ? new(value, Direction, Unit) : null;

    /// <summary>The interval as far as it is known, to be drawn.</summary>
    [JsonIgnore]
    public ConfidenceInterval? KnownInterval => this is { Interval: { } interval, Known: { } known }
        ? new(Math.Max(interval.Low, known.From ?? interval.Low), Math.Min(interval.High, known.To ?? interval.High))
        : Interval;

    /// <summary>Whether the figure or an end of its interval is a bound: then the interval shows no difference to another.</summary>
    [JsonIgnore]
    public bool IsBounded => Known?.Bounds(Figure, Interval) == true;

    [JsonIgnore]
    public bool IsJudged => VerdictKinds.IsJudged(Kind);

    /// <summary>How far inside the limit the figure lies, as a share of the limit; negative when it is outside.</summary>
    [JsonIgnore]
    public double? Margin => (Figure, Limit, Direction) switch
    {
        ({ } figure, { } limit, LimitDirection.AtMost) when limit != 0 => (limit - figure) / limit,
        ({ } figure, { } limit, LimitDirection.AtLeast) when limit != 0 => (figure - limit) / limit,
        _ => null,
    };
}
