using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Cli.Pipeline;

/// <summary>What a judged run says to its caller.</summary>
public static class Outcome
{
    /// <summary>An incomplete or invalid run is never a pass, nor a miss: its figures are not to be trusted.</summary>
    public static ExitCode Of(RunResult run) =>
        run.IncompleteReason is not null || run.Invalid.Count > 0 ? ExitCode.Inconclusive
        : CheckReport.Overall(run.Verdicts) switch
        {
            VerdictKind.Met => ExitCode.AllMet,
            VerdictKind.Missed => ExitCode.TargetMissed,
            _ => ExitCode.Inconclusive,
        };
}
