using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Progress;
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
        var terminal = new TerminalOutput(options.Json);
        var request = new DatabaseRequest(options.Database, options.ServerProfile, Keep: false, options.Force) { Exclusive = true };
        await Provisioner.RequireAsync(request, cancellationToken);
        var verdicts = await terminal.WithProgressAsync(progress => EngineSelfCheck.RunAsync(scale, progress, cancellationToken));
        try
        {
            var compared = await terminal.WithProgressAsync(progress => CompareAsync(request, scale, progress, cancellationToken));
            verdicts = [.. verdicts, .. compared];
        }
        catch
        {
            // Minutes of measurement: another part that fails costs them nothing.
            terminal.Line($"What was measured until then is kept in {await KeepAsync(verdicts, directory)}");
            throw;
        }

        var exitCode = CheckTable.Print(terminal, verdicts, options.Json);
        terminal.Line($"Kept in {await KeepAsync(verdicts, directory)}");
        return exitCode;
    }

    private static async Task<IReadOnlyList<Verdict>> CompareAsync(
        DatabaseRequest request, SelfCheckScale scale, IStageProgress progress, CancellationToken cancellationToken)
    {
        await using var database = await Provisioner.ProvisionAsync(request, progress, cancellationToken);
        return await LookupSelfCheck.RunAsync(database.AdminConnectionString, scale, progress, cancellationToken);
    }

    private static async Task<string> KeepAsync(IReadOnlyList<Verdict> verdicts, string directory)
    {
        var file = Path.Combine(Path.GetFullPath(directory),
            $"{DateTime.UtcNow:yyyyMMdd'T'HHmmss'Z'}.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, CheckReport.Of(verdicts).ToJson() + "\n", CancellationToken.None);
        return file;
    }
}
