using LoadHarness.Core.Measurement;

namespace LoadHarness.Core.Verdicts;

/// <summary>That a recorded run was judged again, by the targets of another day.</summary>
/// <param name="TargetsChecksum">Of the targets that the verdicts of the run are by now.</param>
/// <param name="Recorded">The verdicts as the run itself recorded them.</param>
/// <param name="RecordedChecksum">Of the targets that those were by; null where the run does not say.</param>
public sealed record Rejudgement(
    DateTimeOffset JudgedUtc, string TargetsChecksum, IReadOnlyList<Verdict> Recorded, string? RecordedChecksum)
{
    /// <summary>What came out of judging a recorded run again; its own verdicts and its reasons to be invalid are kept.</summary>
    public static RunResult Of(RunResult recorded, RunResult judgedAgain, string targetsChecksum, DateTimeOffset now) => judgedAgain with
    {
        Invalid = [.. recorded.Invalid.Union(judgedAgain.Invalid)],
        Required = recorded.Required.Count > 0 && judgedAgain.Required.Count == 0 ? recorded.Required : judgedAgain.Required,
        TargetsChecksum = targetsChecksum,
        Rejudged = new(now, targetsChecksum, recorded.Rejudged?.Recorded ?? recorded.Verdicts, recorded.Rejudged?.RecordedChecksum
            ?? recorded.TargetsChecksum),
    };

    /// <summary>
    /// One sentence for each change, and one that says when and by which targets; none where the run was judged once only.
    /// </summary>
    public static IEnumerable<string> Words(RunResult run)
    {
        if (run.Rejudged is not { } again) yield break;
        var changes = again.Changes(run.Verdicts).ToList();
        var by = again.RecordedChecksum is { } before && before != again.TargetsChecksum ? $" (the run itself: {before})" : "";
        var day = again.JudgedUtc.ToString("yyyy-MM-dd HH:mm 'UTC'");
        yield return $"Judged again on {day} by targets {again.TargetsChecksum}{by}: "
            + $"{(changes.Count == 0 ? "no verdict changed" : $"{changes.Count} changed")}.";
        foreach (var change in changes) yield return change;
    }

    private IEnumerable<string> Changes(IReadOnlyList<Verdict> today)
    {
        foreach (var was in Recorded)
        {
            var now = today.FirstOrDefault(verdict => verdict.Id == was.Id);
            if (now is null) yield return $"{was.Id} was {CheckReport.Word(was.Kind)}, is no target of today.";
            else if (now.Kind != was.Kind)
                yield return $"{was.Id} was {CheckReport.Word(was.Kind)}, is {CheckReport.Word(now.Kind)} by the targets of today.";
        }

        foreach (var added in today.Where(verdict => Recorded.All(was => was.Id != verdict.Id)))
            yield return $"{added.Id} was no target, is {CheckReport.Word(added.Kind)} by the targets of today.";
    }
}
