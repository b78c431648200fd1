using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;
using LoadHarness.Core.Validity;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Applies the targets that lie beside the program.</summary>
public static class Judging
{
    public static RunResult Judge(RunResult run)
    {
        var targets = TargetFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json")));
        var verdicts = Core.Targets.Judge.Decide(run, targets);
        var judged = verdicts.ToDictionary(verdict => verdict.Id);
        return run with
        {
            Verdicts = verdicts,
            Invalid = [.. RunChecks.Doubts(run, targets)],
            // What a look at the database cannot judge, the run has measured.
            Checklist = [.. run.Checklist.Select(row => judged.GetValueOrDefault(row.Id) ?? row)],
        };
    }
}
