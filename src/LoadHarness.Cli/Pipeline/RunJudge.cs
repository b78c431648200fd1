using LoadHarness.Cli.Options;
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
        var verdicts = Core.Targets.TargetJudge.Decide(run, targets);
        var judged = verdicts.ToDictionary(verdict => verdict.Id);
        return run with
        {
            Verdicts = verdicts,
            Required = RequiredIds.Of(options.Required, verdicts.Select(verdict => verdict.Id)),
            TargetsChecksum = TargetFile.Checksum(targets),
            Invalid = [.. RunChecks.Doubts(run, targets)],
            // What a look at the database cannot judge, the run has measured.
            Checklist = [.. run.Checklist.Select(row => judged.GetValueOrDefault(row.Id) ?? row)],
        };
    }

    /// <summary>Judges a recorded run by the targets of today; what it recorded is kept next to it.</summary>
    /// <param name="options">Without a <c>--require</c>, what the run itself required is kept.</param>
    public static RunResult Again(RunResult recorded, HarnessOptions options)
    {
        var judged = Judge(recorded, options);
        return Rejudgement.Of(recorded, judged, judged.TargetsChecksum!, DateTimeOffset.UtcNow);
    }
}
