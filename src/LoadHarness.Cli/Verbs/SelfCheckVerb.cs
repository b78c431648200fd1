using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Terminal;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Load.SelfCheck;
using LoadHarness.Postgres.Provisioning;
using LoadHarness.Postgres.SelfCheck;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>selfcheck</c>: the load engine measured against known truths on this machine.</summary>
public static class SelfCheckVerb
{
    public static Verb Create(OptionWords words)
    {
        var quick = new Option<bool>("--quick") { Description = "Seconds instead of minutes; for CI." };
        return new(
            new Command("selfcheck", "Measure the load engine against known truths, a bare loop and pgbench."),
            [words.Database, words.Settings, words.Force, words.Json, quick],
            (parsed, stop) => ExecuteAsync(words.Read(parsed), parsed.GetValue(quick) ? SelfCheckScale.Quick : SelfCheckScale.Full, stop));
    }

    private static async Task<ExitCode> ExecuteAsync(HarnessOptions options, SelfCheckScale scale, CancellationToken stop)
    {
        var voice = new Voice(options.Json);
        var verdicts = await voice.WithProgressAsync(progress => EngineSelfCheck.RunAsync(scale, progress, stop)).ConfigureAwait(false);
        var compared = await voice.WithProgressAsync(async progress =>
        {
            await using var database = await Provisioner.ProvisionAsync(
                new(options.Database, options.ServerProfile, options.Contacts, Keep: false, options.Force), progress, stop).ConfigureAwait(false);
            return await LookupSelfCheck.RunAsync(database.AdminConnectionString, scale, progress, stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return CheckTable.Tell(voice, [.. verdicts, .. compared], options.Json);
    }
}
