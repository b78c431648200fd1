using LoadHarness.Core.Measurement;
using LoadHarness.Reporting.Charts;

namespace LoadHarness.Reporting.Page;

/// <summary>Where the run's time went.</summary>
internal static class StageSection
{
    public static IEnumerable<Html> Of(RunResult run)
    {
        if (run.Stages.Count == 0) yield break;
        var total = Math.Max(run.Stages.Sum(stage => stage.Duration.TotalSeconds), 1e-9);
        yield return HtmlComponents.Heading("Stages",
            $"The whole run took {Format.Duration(run.Identity.Duration)}; "
                + $"the program held at most {Format.Bytes(run.Identity.PeakProgramBytes)}, "
                + $"the server {(run.Identity.PeakServerBytes is { } bytes ? Format.Bytes(bytes) : "an unmeasured amount")}.", "stages");
        yield return HtmlComponents.Grid([new Chart(
            "stage-times",
            "Time of each stage",
            "Share of the time of all stages.",
            string.Join(", ", run.Stages.Select(stage => $"{stage.Stage} {Format.Duration(stage.Duration)}")) + ".",
            BarsChart.Rows([.. run.Stages.Select(
                stage => (stage.Stage, stage.Duration.TotalSeconds / total, Format.Duration(stage.Duration)))], "Time of each stage."),
            [],
            new(["Stage", "Time", "Detail"],
                [.. run.Stages.Select(stage => new[] { stage.Stage, Format.Duration(stage.Duration), stage.Detail })]))]);
    }
}
