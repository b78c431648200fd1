using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Verdicts;

/// <summary>The one way from verdicts to the exit code of the process, for every verb.</summary>
public static class ExitCodes
{
    /// <summary>Where nothing was judged, nothing was shown: that is inconclusive, not met.</summary>
    public static ExitCode Of(IEnumerable<Verdict> verdicts) => VerdictKinds.Worst(verdicts.Select(verdict => verdict.Kind)) switch
    {
        VerdictKind.Met => ExitCode.AllMet,
        VerdictKind.Missed => ExitCode.TargetMissed,
        _ => ExitCode.Inconclusive,
    };

    /// <param name="required">Ids that have to be judged: one that was not is inconclusive, unless another target was missed.</param>
    public static ExitCode Of(IReadOnlyCollection<Verdict> verdicts, IReadOnlyList<string> required) =>
        Of(verdicts) is ExitCode.AllMet && NotJudged(verdicts, required).Count > 0 ? ExitCode.Inconclusive : Of(verdicts);

    /// <summary>
    /// A fault says so itself. An incomplete or invalid run is never a pass, nor a miss: its figures are not to be trusted.
    /// </summary>
    public static ExitCode Of(RunResult run) =>
        run.Fault is { } fault ? fault
        : run.IncompleteReason is not null || run.Invalid.Count > 0 ? ExitCode.Inconclusive
        : Of(RunScope.Deciding(run), run.Required) is var code && code == ExitCode.TargetMissed && run.Gate is not null
            ? ExitCode.Regression
        : code;

    /// <summary>Whether it says on which side the targets lie: met, missed or worse than before.</summary>
    public static bool IsDecided(ExitCode code) => code is ExitCode.AllMet or ExitCode.TargetMissed or ExitCode.Regression;

    /// <summary>"Required and not judged: TQ-1, MS-1"; null when every required one was judged.</summary>
    public static string? OpenWords(IEnumerable<Verdict> verdicts, IReadOnlyList<string> required) =>
        NotJudged(verdicts, required) is { Count: > 0 } open ? $"Required and not judged: {string.Join(", ", open)}" : null;

    public static IReadOnlyList<string> NotJudged(IEnumerable<Verdict> verdicts, IReadOnlyList<string> required)
    {
        var judged = verdicts.Where(verdict => verdict.IsJudged).Select(verdict => verdict.Id).ToHashSet(StringComparer.Ordinal);
        return [.. required.Where(id => !judged.Contains(id))];
    }
}
