using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;

namespace LoadHarness.Cli.Pipeline;

/// <summary>
/// A verb that compares copies of a cluster, kept and told as a run of a load is: run.json, report.html and summary.md in a folder.
/// </summary>
internal sealed class ComparedRun
{
    private readonly HarnessOptions _options;
    private readonly RunRecord _record;
    private readonly TerminalOutput _voice;

    private ComparedRun(HarnessOptions options) =>
        (_options, _record, _voice) = (options, RunRecord.Begin(options), new(options.Json));

    /// <param name="directory">Below which the folder is made.</param>
    public static ComparedRun Begin(HarnessOptions options, string directory) => new(options with { OutputDirectory = directory });

    /// <param name="stage">What the work is called in the table of stages.</param>
    /// <param name="keep">Puts what was found into the run's record.</param>
    /// <param name="text">What was found, as Markdown for the terminal.</param>
    /// <exception cref="HarnessException">The work failed: then there is nothing to keep.</exception>
    public async Task<ExitCode> MeasureAsync<T>(
        string stage, Func<IStageProgress, Task<T>> work, Func<RunResult, T, RunResult> keep, Func<T, string> text)
    {
        var found = await _record.StageAsync(stage, () => _voice.WithProgressAsync(work), _ => "on copies of filled clusters");
        _record.Add(run => keep(run, found));
        _voice.Line(text(found));
        return await Ending.EndAsync(_record, _voice, _options, null);
    }
}
