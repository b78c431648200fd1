using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.Cli.Verbs;

/// <summary>
/// <c>report run.json</c>: judges again and renders again; <c>--compare</c> and <c>--history</c>: pages of several runs. Without a
/// database.
/// </summary>
internal static class ReportVerb
{
    private const string Forms = "Give one of: a run.json or its folder, with --with and --history where its page is to have more "
        + "chapters; --compare with two or more runs; --history alone with a folder of runs.";

    public static Verb Create(CommandLineOptions words)
    {
        var path = new Argument<string?>("run.json")
        {
            Description = "A run's file, or the folder that holds it. It is read only.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var compare = new Option<string[]>("--compare")
        {
            Description = "Runs side by side, the first against each other one: files or folders of runs.",
            HelpName = "RUN",
            AllowMultipleArgumentsPerToken = true,
        };
        var history = new Option<string?>("--history")
        {
            Description = "Every figure over all runs below the folder, with changes, commits and other machines marked; with a run.json, "
                + "as a chapter of its page.",
            HelpName = "DIR",
        };
        var with = new Option<string[]>("--with")
        {
            Description = "What prove, scale, headroom, ledger and gate selftest kept, as chapters of the run's page: claims before and "
                + "after, growth, headroom, indexes, the gate's rates.",
            HelpName = "RUN",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("report",
            "Judge and render again from run.json, by the targets of today, into a new folder next to it or the one that --out names; or "
                + "lay several runs side by side.") { path };
        return new(command, [compare, history, with, words.Targets, words.Workload, words.Out, words.Require, words.Open, words.Json],
            async (parsed, cancellationToken) =>
            {
                var (runs, folder, one) = (parsed.GetValue(compare) ?? [], parsed.GetValue(history), parsed.GetValue(path));
                var faults = one is not null
                    ? []
                    : FormOptions.Faults(
                        parsed, runs.Length > 0 ? "report --compare" : "report --history", "judges nothing", words.Targets, words.Workload,
                        words.Require);
                var (options, output) = (words.ReadWithoutRequired(parsed, faults), words.OutGiven(parsed));
                var chapters = parsed.GetValue(with) ?? [];
                var recorded = one is not null && runs.Length == 0
                    ? await RunJson.ReadAsync(RunFiles.Of(one), cancellationToken)
                    : null;
                options = options with { Required = words.Required(parsed, options, RequirableOf(recorded, options)) };
                return await ((one, runs.Length, folder) switch
                {
                    ({ } run, 0, _) => RenderAsync((run, recorded!), chapters, folder, options, output, cancellationToken),
                    (null, > 0, null) when chapters.Length == 0 => SeveralRuns.CompareAsync(runs, options, output, cancellationToken),
                    (null, 0, { } below) when chapters.Length == 0 => SeveralRuns.HistoryAsync(below, options, output, cancellationToken),
                    _ => throw new HarnessException(
                        one is null && folder is null && runs.Length == 0
                            ? $"report: no run is named. {Forms}"
                            : $"report: two things are asked for at once. {Forms}",
                        ExitCode.BadUsage),
                });
            });
    }

    // No file of targets knows those of a workload.
    private static IReadOnlyList<string>? RequirableOf(RunResult? recorded, HarnessOptions options) =>
        recorded is not null && RunJudge.KeepsVerdicts(recorded, options)
            ? [.. recorded.Verdicts.Select(verdict => verdict.Id)]
            : null;

    private static async Task<ExitCode> RenderAsync(
        (string Path, RunResult Run) recorded, IReadOnlyList<string> chapters, string? history, HarnessOptions options, string? output,
        CancellationToken cancellationToken)
    {
        var companions = await Companions.ReadAsync(chapters, history, cancellationToken);
        var directory = output ?? NewFolderNextTo(RunFiles.Of(recorded.Path));
        if (File.Exists(Path.Combine(directory, "run.json")))
            throw new HarnessException(
                $"--out '{directory}': it holds the run.json of a run, which is never written over. Give another directory.",
                ExitCode.BadUsage);
        OutputDirectory.Require("report", directory);

        var run = RunJudge.Again(recorded.Run, options);
        var files = await RunReport.WriteAsync(run, directory, cancellationToken, companions);
        var exitCode = ExitCodes.Of(run);
        var terminal = new TerminalOutput(options.Json);
        Summary.Print(terminal, run, files, exitCode, options.Json);
        if (history is not null && !companions.EarlierThan(run).Any())
            terminal.Line($"--history '{history}': there is no earlier run of this load, so the page has no chapter of them.");
        if (options.Open && Summary.PageOf(files) is { } page) PageOpener.Open(terminal, page);
        return exitCode;
    }

    private static string NewFolderNextTo(string file)
    {
        var name = $"judged-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}";
        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name);
        return Enumerable.Range(2, 1_000).Select(number => $"{folder}-{number}").Prepend(folder)
            .First(candidate => !Directory.Exists(candidate));
    }
}
