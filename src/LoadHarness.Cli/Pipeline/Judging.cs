using LoadHarness.Cli.Options;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Applies the targets that lie beside the program.</summary>
public static class Judging
{
    public static string TargetsPath => Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json");

    /// <param name="required">Ids of <c>--require</c>.</param>
    public static RunResult Judge(RunResult run, IReadOnlyList<string>? required = null)
    {
        var json = File.ReadAllText(TargetsPath);
        var targets = TargetFile.Parse(json);
        var verdicts = Core.Targets.Judge.Decide(run, targets);
        var judged = verdicts.ToDictionary(verdict => verdict.Id);
        return run with
        {
            Verdicts = verdicts,
            Required = RequiredIds.Of(required ?? [], verdicts.Select(verdict => verdict.Id)),
            TargetsChecksum = TargetFile.Checksum(json),
            Invalid = [.. RunChecks.Doubts(run, targets)],
            // What a look at the database cannot judge, the run has measured.
            Checklist = [.. run.Checklist.Select(row => judged.GetValueOrDefault(row.Id) ?? row)],
        };
    }

    /// <summary>Judges a recorded run by the targets of today; what it recorded is kept beside it.</summary>
    /// <param name="required">Of the command line; empty keeps what the run itself required.</param>
    public static RunResult Again(RunResult recorded, IReadOnlyList<string> required)
    {
        var judged = Judge(recorded, required);
        return Rejudgement.Of(recorded, judged, judged.TargetsChecksum!, DateTimeOffset.UtcNow);
    }
}
