using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Verdicts;

/// <summary>What a run comes to, in one word and one sentence each for its meaning and its reason.</summary>
/// <param name="Symbol">Beside the word, so that nothing hangs on colour.</param>
/// <param name="Reasons">What led to it, the worst first.</param>
public sealed record RunOutcome(string Word, string Symbol, string Headline, string Meaning, IReadOnlyList<string> Reasons)
{
    /// <summary>An interrupted or untrustworthy run outweighs whatever its figures say.</summary>
    public static RunOutcome Of(RunResult run)
    {
        var judged = run.Verdicts.Where(verdict => verdict.Kind != VerdictKind.Unavailable).ToList();
        var missed = judged.Where(verdict => verdict.Kind == VerdictKind.Missed).ToList();
        var open = judged.Where(verdict => verdict.Kind == VerdictKind.Inconclusive).ToList();
        IReadOnlyList<string> figures = [.. missed.Select(Missed), .. open.Select(Open)];

        if (run.IncompleteReason is { } reason)
            return new("incomplete", "◐", "The run ended early", "Figures cover only what ran before it stopped. Decide nothing from them; run again.", [Sentence(reason), .. figures]);
        if (run.Invalid.Count > 0)
            return new("invalid", "⊘", "These figures must not be trusted", "Something disturbed the measurement itself, so the figures may describe the disturbance. Mend it, then run again.", [.. run.Invalid.Select(Sentence), .. figures]);
        if (missed.Count > 0)
            return new("missed", "✕", $"{missed.Count} of {judged.Count} judged targets missed", "The measured figure lies outside the limit, with its whole 95% interval, or too many requests failed.", figures);
        if (open.Count > 0)
            return new("inconclusive", "?", $"{open.Count} of {judged.Count} judged targets undecided", "No target was missed, but for some the samples cannot tell on which side of the limit the truth lies. A longer run can.", figures);
        return judged.Count > 0
            ? new("met", "✓", judged.Count == 1 ? "The one judged target was met" : $"All {judged.Count} judged targets met", "Every figure, with its whole 95% interval, lies inside its limit.", [Closest(judged)])
            : new("inconclusive", "?", "No target was judged", "Nothing was measured that a target speaks of.", []);
    }

    public static string SymbolOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Met => "✓",
        VerdictKind.Missed => "✕",
        VerdictKind.Inconclusive => "?",
        _ => "○",
    };

    private static string Missed(Verdict verdict)
    {
        var byFigure = verdict.Margin is < 0;
        return byFigure
            ? $"{verdict.Id} missed: {Wording.Figure(verdict.Figure, verdict.Unit)} measured, {Wording.Limit(verdict)} allowed ({Wording.Margin(verdict)}). {verdict.Title}"
            : $"{verdict.Id} missed: {string.Join("; ", verdict.Caveats.DefaultIfEmpty(verdict.Evidence)).TrimEnd('.')}. {verdict.Title}";
    }

    private static string Open(Verdict verdict) => verdict.Interval is null
        ? $"{verdict.Id} undecided: {Wording.Count(verdict.Samples)} samples are too few. {verdict.Title}"
        : $"{verdict.Id} undecided: {Wording.Figure(verdict.Figure, verdict.Unit)} measured from {Wording.Count(verdict.Samples)} samples, {Wording.Limit(verdict)} allowed, 95% interval {Wording.Interval(verdict.Interval, verdict.Unit)}. {verdict.Title}";

    /// <summary>A figure without an interval, such as the number of leads or users, is what the run was asked for: it lies at its limit by intention.</summary>
    private static string Closest(IReadOnlyList<Verdict> met)
    {
        var closest = met.OrderBy(verdict => verdict.Interval is null).ThenBy(verdict => verdict.Margin ?? double.MaxValue).First();
        return $"Closest to its limit: {closest.Id}, {Wording.Figure(closest.Figure, closest.Unit)} measured, {Wording.Limit(closest)} allowed. {closest.Title}";
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}
