using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>Where the run's time went.</summary>
internal static class StageSection
{
    public static Section? Of(RunResult run)
    {
        if (run.Stages.Count == 0) return null;
        var total = Math.Max(run.Stages.Sum(stage => stage.Duration.TotalSeconds), 1e-9);
        var bars = run.Stages.Select(stage => (stage.Stage, stage.Duration.TotalSeconds / total)).ToList();
        var figure = new Figure(
            "stage-times",
            "Time of each stage",
            "Share of the time of all stages.",
            string.Join(", ", run.Stages.Select(stage => $"{stage.Stage} {Wording.Duration(stage.Duration)}")) + ".",
            BarsChart.Rows("stage-times", bars),
            [],
            new(["Stage", "Time", "Detail"], [.. run.Stages.Select(stage => new[] { stage.Stage, Wording.Duration(stage.Duration), stage.Detail })]));
        return new("stages", "Stages", null,
        [
            Part.Facts(
            [
                ("Whole run", Wording.Duration(run.Identity.Duration)),
                ("Program's peak memory", Wording.Bytes(run.Identity.PeakProgramBytes)),
                ("Server's peak memory", run.Identity.PeakServerBytes is { } bytes ? Wording.Bytes(bytes) : "not measured"),
            ]),
            Part.Grid([figure]),
        ]);
    }
}
