using LoadHarness.Cli.Options;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Applies the targets to a run.</summary>
internal static class RunJudge
{
    /// <param name="options">With the targets, and the ids of <c>--require</c>.</param>
    public static RunResult Judge(RunResult run, HarnessOptions options)
    {
        var targets = options.Targets;
        // What a verb found holds verdicts of its own, which its chapter and summary.md tell: they change with those of the run.
        var found = run.Findings?.JudgedBy(targets);
        var verdicts = found?.Verdicts ?? Core.Targets.TargetJudge.Decide(run, targets);
        var judged = verdicts.ToDictionary(verdict => verdict.Id);
        return run.Holding(found) with
        {
            Verdicts = verdicts,
            Required = RequiredIds.Of(options.Required, verdicts.Select(verdict => verdict.Id)),
            TargetsChecksum = TargetFile.Checksum(targets),
            Invalid = [.. RunChecks.Doubts(run, targets)],
            // What a look at the database cannot judge, the run has measured.
            Checklist = [.. run.Checklist.Select(row => judged.GetValueOrDefault(row.Id) ?? row)],
        };
    }

    /// <summary>
    /// Judges a recorded run by the targets of today; what it recorded is kept next to it. Where targets cannot be applied to what is on
    /// record, its verdicts stay those of the run itself.
    /// </summary>
    /// <param name="options">Without a <c>--require</c>, what the run itself required is kept.</param>
    /// <exception cref="HarnessException">Targets were given that cannot be applied.</exception>
    public static RunResult Again(RunResult recorded, HarnessOptions options)
    {
        if (options.TargetsFile is { } file && WhyNotBy(recorded, options) is { } reason)
            throw new HarnessException($"report: --targets '{file}': {reason}", ExitCode.BadUsage);
        if (KeepsVerdicts(recorded, options))
        {
            var required = RequiredIds.Of(options.Required, recorded.Verdicts.Select(verdict => verdict.Id));
            return required.Count == 0 ? recorded : recorded with { Required = required };
        }

        var judged = Judge(recorded, options);
        var again = Rejudgement.Of(recorded, judged, judged.TargetsChecksum!, DateTimeOffset.UtcNow);
        return recorded.Findings is null or { IsJudgedByTargets: true }
            ? again
            : again with { TargetsChecksum = recorded.TargetsChecksum, Rejudged = recorded.Rejudged };
    }

    /// <summary>The targets of a workload are in its folder: without that, its verdicts stay as they are.</summary>
    public static bool KeepsVerdicts(RunResult recorded, HarnessOptions options) =>
        options.Workload is null && recorded.Options.ContainsKey(OptionNames.Workload);

    private static string? WhyNotBy(RunResult recorded, HarnessOptions options) => recorded.Findings switch
    {
        { IsJudgedByTargets: false } found => $"what {found.Verb} found was judged while it was measured, and other targets cannot be "
            + $"applied to its record. Leave --targets out, or run {found.Verb} again.",
        _ when KeepsVerdicts(recorded, options) =>
            "this is a run of a workload, and only its folder says which operations it has. Give --workload DIR too, or leave it out.",
        _ => null,
    };
}
