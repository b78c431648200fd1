using System.CommandLine;
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
    public static Verb Create(OptionWords words)
    {
        var path = new Argument<string>("run.json") { Description = "A run's file, or the folder that holds it." };
        var command = new Command("report", "Render again from run.json, judged by the targets of today.") { path };
        return new(command, [words.Out, words.Json, words.Require], (parsed, stop) => ExecuteAsync(parsed.GetValue(path)!, words.Read(parsed), words.OutGiven(parsed), stop));
    }

    private static async Task<ExitCode> ExecuteAsync(string path, HarnessOptions options, string? output, CancellationToken stop)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, "run.json") : path;
        if (!File.Exists(file)) throw new HarnessException($"report '{path}': there is no such file. Give the run.json of a run, or its folder.", ExitCode.BadUsage);

        var run = Judging.Again(await RunJson.ReadAsync(file, stop).ConfigureAwait(false), options.Required);
        var directory = output ?? Path.GetDirectoryName(Path.GetFullPath(file))!;
        var files = await RunReport.WriteAsync(run, directory, stop).ConfigureAwait(false);
        var exitCode = ExitCodes.Of(run);
        Summary.Tell(new Voice(options.Json), run, files, exitCode, options.Json);
        return exitCode;
    }
}
