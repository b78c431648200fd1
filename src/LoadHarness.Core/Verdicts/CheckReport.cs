using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Output;

namespace LoadHarness.Core.Verdicts;

/// <summary>The one JSON shape that every judging verb prints: <c>{"verdict", "checks": [...]}</c>.</summary>
public sealed record CheckReport(
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("checks")] IReadOnlyList<Check> Checks)
{
    /// <summary>Why there are no more checks; null when nothing failed.</summary>
    [JsonPropertyName("error")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>With an error only.</summary>
    [JsonPropertyName("exitCode")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    public static CheckReport Of(IReadOnlyList<Verdict> verdicts) => new(
        Word(VerdictKinds.Worst(verdicts.Select(verdict => verdict.Kind))),
        [.. verdicts.Select(v => new Check(v.Id, v.Limit, v.Figure, v.Unit, Word(v.Kind), v.Evidence)
        {
            Interval = v.Interval,
            Reason = v.Reason,
        })]);

    public static string Word(VerdictKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>How many there are of each kind: "9 met, 1 missed".</summary>
    public static string Tally(IEnumerable<Verdict> verdicts) => string.Join(
        ", ", verdicts.GroupBy(verdict => verdict.Kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {Word(group.Key)}"));

    public string ToJson() => JsonSerializer.Serialize(this, JsonFormat.Options);
}

public sealed record Check(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("limit")] double? Limit,
    [property: JsonPropertyName("figure")] double? Figure,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("evidence")] string Evidence)
{
    [JsonPropertyName("interval")]
    public ConfidenceInterval? Interval { get; init; }

    [JsonPropertyName("reason")]
    public string? Reason { get; init; }
}
