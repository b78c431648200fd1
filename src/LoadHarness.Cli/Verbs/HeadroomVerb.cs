using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing.Headroom;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Scenarios.Profiles;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>headroom</c>: the rate at which the first target of each scenario breaks.</summary>
internal static class HeadroomVerb
{
    private const int StandardSeconds = 10;
    private const int QuickSeconds = 2;

    public static Verb Create(CommandLineOptions words)
    {
        var quick = new Option<bool>("--quick") { Description = $"{QuickSeconds} s a rate: a rough answer." };
        var level = new Option<int?>("--level")
        {
            Description = $"Seconds that each rate is offered. Default {StandardSeconds}.",
            HelpName = "S",
        };
        return new(
            new Command(
                "headroom", "Raise the rate of each scenario until its first target breaks: how far the profile is from saturation."),
            [words.Contacts, words.Profile, quick, level, words.Targets, words.Seed, words.Settings, words.Out, words.Keep, words.Json],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed, parsed.GetValue(level) is null
                    ? []
                    : FormOptions.Faults(parsed, "headroom --level", "says how long each rate is offered", quick)),
                words.OutGiven(parsed) ?? Path.Combine("reports", "headroom"),
                LevelOf(parsed.GetValue(level) ?? (parsed.GetValue(quick) ? QuickSeconds : StandardSeconds)),
                cancellationToken));
    }

    private static Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, TimeSpan level, CancellationToken cancellationToken)
    {
        var profile = ProfileCatalog.Read(options.Profile);
        return ComparedRun.MeasureAsync(options, directory, "headroom", async progress =>
            await new HeadroomRun(level, CrmRows.Of(options), options.ServerProfile, options.Keep, progress)
                .MeasureAsync(profile, options.Targets, cancellationToken));
    }

    private static TimeSpan LevelOf(int seconds) => seconds is >= 1 and <= 600
        ? TimeSpan.FromSeconds(seconds)
        : throw new HarnessException($"--level is {seconds}. Give 1 to 600 seconds.", ExitCode.BadUsage);
}
