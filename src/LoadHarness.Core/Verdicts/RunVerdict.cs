using LoadHarness.Core.Comparing;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Verdicts;

/// <summary>
/// What a run comes to. The one place that builds its headline, for the terminal, its JSON, the page, summary.md and junit.xml.
/// </summary>
/// <param name="Word">One or two words.</param>
/// <param name="Symbol">Next to the word, so that nothing hangs on colour.</param>
/// <param name="Headline">The worst thing in one line, or what was shown.</param>
/// <param name="Scope">How many targets were judged, and at which scale.</param>
/// <param name="Meaning">What a reader may conclude.</param>
/// <param name="Reasons">What led to it, the worst first.</param>
public sealed record RunVerdict(
    RunState State, string Word, string Symbol, string Headline, string Scope, string Meaning, IReadOnlyList<string> Reasons,
        ExitCode ExitCode)
{
    /// <summary>For style sheets: one word.</summary>
    public string Class => State.ToString().ToLowerInvariant();

    /// <summary>An interrupted or untrustworthy run outweighs whatever its figures say.</summary>
    public static RunVerdict Of(RunResult run)
    {
        var state = StateOf(run);
        var worst = RunScope.WorstFirst(RunScope.Deciding(run)).ToList();
        var scope = RunScope.Words(run);
        return new(
            state,
            WordOf(state, run),
            SymbolOf(state),
            HeadlineOf(state, run, worst, scope),
            scope,
            MeaningOf(state, run),
            [.. Rejudgement.Words(run), .. ReasonsOf(state, run, worst)],
            ExitCodes.Of(run));
    }

    public static string SymbolOf(VerdictKind kind) => kind switch
    {
        VerdictKind.Met => "✓",
        VerdictKind.Missed => "✕",
        VerdictKind.Inconclusive => "?",
        _ => "○",
    };

    private static RunState StateOf(RunResult run)
    {
        if (run.IncompleteReason is not null) return RunState.Incomplete;
        if (run.Invalid.Count > 0) return RunState.Invalid;
        return ExitCodes.Of(run) switch
        {
            ExitCode.AllMet => RunScope.IsWhole(run) ? RunState.Met : RunState.Partial,
            ExitCode.TargetMissed or ExitCode.Regression => RunState.Missed,
            _ => RunState.Inconclusive,
        };
    }

    private static string SymbolOf(RunState state) => state switch
    {
        RunState.Met => "✓",
        RunState.Partial => "◔",
        RunState.Missed => "✕",
        RunState.Incomplete => "◐",
        RunState.Invalid => "⊘",
        _ => "?",
    };

    private static string HeadlineOf(RunState state, RunResult run, List<Verdict> worst, string scope) => state switch
    {
        RunState.Incomplete => "The run ended early",
        RunState.Invalid when AgentWords.Lost(run) is { } lost => lost,
        RunState.Invalid => "These figures must not be trusted",
        RunState.Met or RunState.Missed or RunState.Inconclusive when run.Arms is { } arms =>
            run.Gate is { } gate ? $"Gate: {GateDecision.Of(arms, gate).Headline}" : arms.Headline,
        RunState.Missed => VerdictWords.Line(worst[0]),
        RunState.Inconclusive when ExitCodes.OpenWords(RunScope.Deciding(run), run.Required) is { } open => open,
        RunState.Inconclusive when worst.Count > 0 => VerdictWords.Line(worst[0]),
        RunState.Inconclusive => "No target was judged",
        _ => scope,
    };

    private static string WordOf(RunState state, RunResult run) => state switch
    {
        RunState.Partial => "met in part",
        // Nothing was required of a comparison.
        RunState.Met when run.Arms is not null && run.Gate is null => "compared",
        _ => state.ToString().ToLowerInvariant(),
    };

    private static string MeaningOf(RunState state, RunResult run) => state switch
    {
        RunState.Incomplete => "Figures cover only what ran before it stopped. Decide nothing from them; run again.",
        RunState.Invalid =>
            "Something disturbed the measurement itself, so the figures may describe the disturbance. Fix it, then run again.",
        RunState.Met or RunState.Missed or RunState.Inconclusive when run.Arms is not null =>
            "Two arms were measured in turns, on copies of filled clusters. Counters are exact to their own spread; "
                + "times were decided by pairs of turns, and a difference was confirmed by new pairs.",
        RunState.Missed when run.Verdicts.All(target => target.Kind != VerdictKind.Missed) =>
            "No target was missed. But a row of the checklist that was required (--require) is not met.",
        RunState.Missed =>
            "The measured figure lies outside the limit, with its whole 95% interval, or too many requests failed, "
                + "were skipped or got no answer.",
        RunState.Inconclusive =>
            "No target was missed, but for some the samples cannot tell on which side of the limit the truth lies, "
                + "or nothing was measured. A longer run can tell.",
        RunState.Partial =>
            "Every figure that was measured, with its whole 95% interval, lies inside its limit, and every count reached it. "
                + "What was not judged is not shown to be met.",
        _ => "Every figure, with its whole 95% interval, lies inside its limit at the claimed scale, and every count reached it.",
    };

    private static IEnumerable<string> ReasonsOf(RunState state, RunResult run, List<Verdict> worst)
    {
        if (run.IncompleteReason is { } reason) yield return Sentence(reason);
        foreach (var doubt in run.Invalid) yield return Sentence(doubt);
        // The headline of two arms names none of them.
        var headed = run.Arms is not null ? 0 : state is RunState.Missed
            || (state is RunState.Inconclusive && RunScope.RequiredOpen(run).Count == 0) ? 1 : 0;
        foreach (var verdict in worst.Skip(headed)) yield return Sentence(VerdictWords.Line(verdict));
        if (state is RunState.Met or RunState.Partial && RunScope.Closest(run) is { } closest)
            yield return Sentence($"Closest to its limit: {VerdictWords.Line(closest)}");
        if (RunScope.Unjudged(run) is { Count: > 0 } unjudged) yield return $"Not judged: {string.Join(", ", unjudged)}.";
    }

    private static string Sentence(string text) => text.EndsWith('.') ? text : text + ".";
}

public enum RunState
{
    /// <summary>Every target was judged at the claimed scale, and met.</summary>
    Met,

    /// <summary>All that was judged was met; some targets were not judged, or not at the claimed scale.</summary>
    Partial,
    Missed,
    Inconclusive,
    Invalid,
    Incomplete,
}
