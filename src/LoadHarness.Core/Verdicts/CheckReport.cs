using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadHarness.Core.Verdicts;

/// <summary>The one JSON shape that every judging verb prints: <c>{"verdict", "checks": [...]}</c>.</summary>
public sealed record CheckReport(
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("checks")] IReadOnlyList<Check> Checks)
{
    public static CheckReport Of(IReadOnlyList<Verdict> verdicts) => new(
        Word(Overall(verdicts)),
        [.. verdicts.Select(v => new Check(v.Id, v.Limit, v.Figure, v.Unit, Word(v.Kind), v.Evidence))]);

    /// <summary>The worst there is: missed, then inconclusive; unavailable lines do not count against a run.</summary>
    public static VerdictKind Overall(IReadOnlyList<Verdict> verdicts) => Worst([.. verdicts.Select(verdict => verdict.Kind)]);

    /// <summary>Of one requirement that was judged twice.</summary>
    public static VerdictKind Worse(VerdictKind first, VerdictKind second) => Worst([first, second]);

    private static VerdictKind Worst(IReadOnlyList<VerdictKind> kinds) =>
        kinds.Contains(VerdictKind.Missed) ? VerdictKind.Missed
        : kinds.Contains(VerdictKind.Inconclusive) ? VerdictKind.Inconclusive
        : kinds.Contains(VerdictKind.Met) ? VerdictKind.Met
        : VerdictKind.Unavailable;

    public static string Word(VerdictKind kind) => kind.ToString().ToLowerInvariant();

    public string ToJson() => JsonSerializer.Serialize(this, JsonOptions);

    private static JsonSerializerOptions JsonOptions { get; } = new() { WriteIndented = true };
}

public sealed record Check(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("limit")] double? Limit,
    [property: JsonPropertyName("figure")] double? Figure,
    [property: JsonPropertyName("unit")] string Unit,
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("evidence")] string Evidence);
