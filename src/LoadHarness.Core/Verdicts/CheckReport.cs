using System.Text.Json;
using System.Text.Json.Serialization;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Output;

namespace LoadHarness.Core.Verdicts;

/// <summary>
/// The one JSON shape that every judging verb prints: <c>{"verdict", "checks": [...]}</c>, with <c>reasons</c> and <c>exitCode</c> where
/// the exit code says that nothing is decided.
/// </summary>
/// <param name="Verdict">What the exit code says, in one word.</param>
public sealed record CheckReport(
    [property: JsonPropertyName("verdict")] string Verdict,
    [property: JsonPropertyName("checks")] IReadOnlyList<Check> Checks)
{
    /// <summary>Why nothing is decided, the worst first: the checks alone may all be met. Null when they decide.</summary>
    [JsonPropertyName("reasons")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>Why there are no more checks; null when nothing failed.</summary>
    [JsonPropertyName("error")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>With reasons or an error only.</summary>
    [JsonPropertyName("exitCode")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ExitCode { get; init; }

    /// <summary>Of a whole run: one that is invalid or ended early is never met, whatever its targets say.</summary>
    public static CheckReport Of(RunResult run)
    {
        RunVerdict outcome = RunVerdict.Of(run);
        // That it was judged again is no cause.
        var report = Checked(RunScope.Deciding(run)).For(
            outcome.ExitCode, outcome.Word, [outcome.Headline, .. outcome.Reasons.Except(Rejudgement.Words(run))]);
        return run.Fault is null ? report : report with { Error = run.IncompleteReason };
    }

    /// <param name="required">Ids that have to be judged; null for none.</param>
    public static CheckReport Of(IReadOnlyList<Verdict> verdicts, IReadOnlyList<string>? required = null)
    {
        IEnumerable<string> worst = RunScope.WorstFirst(verdicts).Select(VerdictWords.Line);
        var reasons = ExitCodes.OpenWords(verdicts, required ?? []) is { } open ? worst.Prepend(open) : worst;
        return Checked(verdicts).For(
            ExitCodes.Of(verdicts, required ?? []), Word(VerdictKind.Inconclusive), [.. reasons.DefaultIfEmpty("Nothing was judged")]);
    }

    /// <summary>Of a verb that ended early with nothing to judge.</summary>
    /// <param name="error">Why it ended.</param>
    public static CheckReport OfNothing(RunState state, string error, ExitCode code) => new(state.ToString().ToLowerInvariant(), [])
    {
        Reasons = [error],
        Error = error,
        ExitCode = (int)code,
    };

    public static string Word(VerdictKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>How many there are of each kind: "9 met, 1 missed".</summary>
    public static string Tally(IEnumerable<Verdict> verdicts) => string.Join(
        ", ", verdicts.GroupBy(verdict => verdict.Kind).OrderBy(group => group.Key).Select(group => $"{group.Count()} {Word(group.Key)}"));

    public string ToJson() => JsonSerializer.Serialize(this, JsonFormat.Options);

    private static CheckReport Checked(IReadOnlyList<Verdict> verdicts) => new(
        Word(VerdictKinds.Worst(verdicts.Select(verdict => verdict.Kind))),
        [.. verdicts.Select(v => new Check(v.Id, v.Limit, v.Figure, v.Unit, Word(v.Kind), v.Evidence)
        {
            Interval = v.Interval,
            Known = v.Known,
            Reason = v.Reason,
        })]);

    private CheckReport For(ExitCode code, string word, IReadOnlyList<string> reasons) =>
        ExitCodes.IsDecided(code) ? this : this with { Verdict = word, Reasons = reasons, ExitCode = (int)code };
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

    /// <summary>A figure at an end of it, or an end of the interval there, is a bound. Left out where all was measured.</summary>
    [JsonPropertyName("known")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KnownRange? Known { get; init; }

    [JsonPropertyName("reason")]
    public string? Reason { get; init; }
}
