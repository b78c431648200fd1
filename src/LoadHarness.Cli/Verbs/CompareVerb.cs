using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Terminal;
using LoadHarness.Comparing;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;
using LoadHarness.Seeding;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>compare</c>: two arms on copies of one seeded cluster, in turns, until the difference is known.</summary>
public static class CompareVerb
{
    private const string ArmForm =
        "optimized, base, git:REV or dir:FOLDER, then behind commas: without=INDEX, sql=FILE, server=17, pooler=pgbouncer, or a server setting.";

    public static Verb Create(CommandLineOptions words)
    {
        var a = new Option<string>("--a") { Description = $"The arm A: {ArmForm} Default optimized.", HelpName = "ARM" };
        var b = new Option<string?>("--b") { Description = "The arm B, of the same form.", HelpName = "ARM" };
        var scenarios = new Option<string?>("--scenarios") { Description = "Only these, with commas between them.", HelpName = "LIST" };
        var slot = new Option<int>("--slot")
        {
            Description = "Seconds that an arm is loaded before it is the other's turn. Default 5.",
            HelpName = "S",
            DefaultValueFactory = _ => 5,
        };
        var counters = new Option<bool>("--counters-only")
        {
            Description = "Plans and counters alone: a minute, and they do not depend on the machine.",
        };
        return new(
            new Command("compare", "Compare two arms (schemas, revisions, settings, with and without an index) on copies of one seeded cluster."),
            [a, b, words.Contacts, words.Seed, words.Settings, words.Out, words.Keep, words.Json, scenarios, slot, counters],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed),
                words.OutGiven(parsed) ?? Path.Combine("reports", "compare"),
                (parsed.GetValue(a) ?? "optimized", parsed.GetValue(b)),
                PlanOf(parsed.GetValue(scenarios), parsed.GetValue(counters) ? 0 : parsed.GetValue(slot)),
                cancellationToken));
    }

    private static ComparisonPlan PlanOf(string? scenarios, int slotSeconds)
    {
        if (slotSeconds is < 0 or > 60) throw new HarnessException($"--slot is {slotSeconds}. Give 1 to 60 seconds.", ExitCode.BadUsage);
        var plan = ComparisonPlan.Standard with { Slot = TimeSpan.FromSeconds(slotSeconds) };
        return scenarios is null ? plan : (plan with { Scenarios = scenarios.Split(',', StringSplitOptions.TrimEntries) }).Checked();
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, (string A, string? B) arms, ComparisonPlan plan, CancellationToken cancellationToken)
    {
        if (arms.B is null) throw new HarnessException($"compare: --b is missing. Give the arm B: {ArmForm}", ExitCode.BadUsage);
        var (a, b) = (ArmSpecification.Parse("--a", arms.A), ArmSpecification.Parse("--b", arms.B));
        TerminalOutput terminal = new TerminalOutput(options.Json);
        var request = new SeedRequest(options.Contacts, options.Seed, Environment.ProcessorCount);
        var comparison = await terminal.WithProgressAsync(progress =>
            new Comparer(plan, request, options.ServerProfile, options.Keep, progress).CompareAsync(a, b, cancellationToken));
        terminal.Line(ComparisonText.Of(comparison));
        var folder = await ComparisonFiles.WriteAsync(comparison, directory, CancellationToken.None);
        terminal.Line($"Kept in {folder}");
        if (options.Json) JsonOutput.Write(comparison);
        return comparison.IsDecided ? ExitCode.AllMet : ExitCode.Inconclusive;
    }
}
