using System.CommandLine;
using System.Globalization;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Reporting;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>report run.json</c>: judges again and renders again, without a database.</summary>
public static class ReportVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var path = new Argument<string>("run.json") { Description = "A run's file, or the folder that holds it. It is read only." };
        var command = new Command("report",
            "Judge and render again from run.json, by the targets of today, into a new folder beside it or the one that --out names.") { path };
        return new(command, [words.Targets, words.Out, words.Require, words.Json],
            (parsed, cancellationToken) =>
                ExecuteAsync(parsed.GetValue(path)!, words.Read(parsed), words.OutGiven(parsed), cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        string path, HarnessOptions options, string? output, CancellationToken cancellationToken)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, "run.json") : path;
        var recorded = await RunJson.ReadAsync(file, cancellationToken);
        var directory = output ?? NewFolderBeside(file);
        if (File.Exists(Path.Combine(directory, "run.json")))
            throw new HarnessException($"--out '{directory}': it holds the run.json of a run, which is never written over. Give another directory.", ExitCode.BadUsage);
        if (OutputDirectory.FaultOf(directory) is { } fault)
            throw new HarnessException($"report '{directory}': {fault} Name one with --out.", ExitCode.BadUsage);

        var run = RunJudge.Again(recorded, options);
        var files = await RunReport.WriteAsync(run, directory, cancellationToken);
        var exitCode = ExitCodes.Of(run);
        Summary.Tell(new TerminalOutput(options.Json), run, files, exitCode, options.Json);
        return exitCode;
    }

    private static string NewFolderBeside(string file)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"judged-{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}");
        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, name);
        return Enumerable.Range(2, 1_000).Select(number => $"{folder}-{number}").Prepend(folder)
            .First(candidate => !Directory.Exists(candidate));
    }
}
