using LoadHarness.Cli.Options;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// A verb that compares copies of a cluster, kept and told as a run of a load is: run.json, report.html and summary.md in a folder.
/// </summary>
internal static class ComparedRun
{
    /// <param name="directory">Below which the folder is made.</param>
    /// <param name="stage">What the work is called in the table of stages.</param>
    /// <param name="evidence">Where the figures come from when nothing is measured, but judged again; null where it is measured.</param>
    /// <exception cref="HarnessException">The work failed: then there is nothing to keep.</exception>
    public static async Task<ExitCode> MeasureAsync(
        HarnessOptions options, string directory, string stage, Func<IStageProgress, Task<IFindings>> work, string? evidence = null)
    {
        OutputDirectory.Require(stage, directory);
        var context = StageContext.Of(options with { OutputDirectory = directory });
        var begun = PartialRun.Begin(context.Options);
        var found = await context.StageAsync(stage, work, _ => evidence is null ? "on copies of filled clusters" : "judged again");
        context.Terminal.Line(found.Value.ToMarkdown());
        var measured = begun.With(new Findings(found.Value)
        {
            Timing = found.Timing,
            Warnings = evidence is null ? [] : [$"{evidence}. This run measured nothing: it judged these figures again."],
        });
        return await Ending.ReportAsync(context, Ending.Judge(measured));
    }
}
