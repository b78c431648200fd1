using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Verdicts;
using LoadHarness.Load.SelfCheck;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.SelfCheck;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>selfcheck</c>: the load engine measured against known truths on this machine.</summary>
internal static class SelfCheckVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var quick = new Option<bool>("--quick") { Description = "Under a minute instead of nine; for CI. Says what it leaves out." };
        return new(
            new Command(
                "selfcheck", "Measure the load engine against known truths, a bare loop and pgbench; the figures are kept as JSON."),
            [words.Database, words.Settings, words.Out, words.Force, words.Json, quick],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed), words.OutGiven(parsed) ?? Path.Combine("reports", "selfcheck"),
                parsed.GetValue(quick) ? SelfCheckScale.Quick : SelfCheckScale.Full, cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, SelfCheckScale scale, CancellationToken cancellationToken)
    {
        OutputDirectory.Require("selfcheck", directory);
        TerminalOutput terminal = new TerminalOutput(options.Json);
        var verdicts = await terminal.WithProgressAsync(progress => EngineSelfCheck.RunAsync(scale, progress, cancellationToken));
        var compared = await terminal.WithProgressAsync(async progress =>
        {
            await using var database = await Provisioner.ProvisionAsync(
                new(options.Database, options.ServerProfile, Keep: false, options.Force), progress, cancellationToken);
            return await LookupSelfCheck.RunAsync(database.AdminConnectionString, scale, progress, cancellationToken);
        });
        IReadOnlyList<Verdict> all = [.. verdicts, .. compared];
        var exitCode = CheckTable.Print(terminal, all, options.Json);
        terminal.Line($"Kept in {await KeepAsync(all, directory, cancellationToken)}");
        return exitCode;
    }

    private static async Task<string> KeepAsync(IReadOnlyList<Verdict> verdicts, string directory, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetFullPath(directory),
            $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, CheckReport.Of(verdicts).ToJson() + "\n", cancellationToken);
        return file;
    }
}
