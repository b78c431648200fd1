using LoadHarness.Core.Measurement;
using LoadHarness.Core.Targets;

namespace LoadHarness.Cli.Pipeline;

/// <summary>Applies the targets that lie beside the program.</summary>
public static class Judging
{
    public static RunResult Judge(RunResult run) => run with
    {
        Verdicts = Core.Targets.Judge.Decide(run, TargetFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "scenarios", "targets.json")))),
    };
}
