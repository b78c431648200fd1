using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing;
using LoadHarness.Comparing.Ledger;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>ledger</c>: what every index costs, and whom it serves, by leaving each out in turn.</summary>
internal static class LedgerVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var indexes = new Option<string?>("--indexes") { Description = "Only these, with commas between them.", HelpName = "LIST" };
        var arm = new Option<string>("--arm")
        {
            Description = "The schema, in the form of compare: optimized,sql=FILE adds indexes of your own. Default optimized.",
            HelpName = "ARM",
            DefaultValueFactory = _ => "optimized",
        };
        var reasons = new Option<string?>("--reasons")
        {
            Description = "Who wants an index that no scenario uses. Default scenarios/index-reasons.json.",
            HelpName = "FILE",
        };
        return new(
            new Command("ledger", "Leave out each index in turn, and count its bytes, what it costs writers and which operations miss it."),
            [words.Contacts, words.Seed, words.Settings, words.Out, words.Keep, words.Json, indexes, arm, reasons],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed),
                words.OutGiven(parsed) ?? Path.Combine("reports", "ledger"),
                ArmSpecification.Parse("--arm", parsed.GetValue(arm)!),
                parsed.GetValue(reasons),
                parsed.GetValue(indexes)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
                cancellationToken));
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, ArmSpecification arm, string? reasonsFile, IReadOnlyList<string> only,
            CancellationToken cancellationToken)
    {
        var reasons = IndexReasons.Read(reasonsFile ?? IndexReasons.DefaultFile);
        var plan = ComparisonPlan.Standard with { Slot = TimeSpan.Zero };
        return await ComparedRun.MeasureAsync(options, directory, "ledger", async progress =>
            await new LedgerRun(plan, CrmRows.Of(options), options.ServerProfile, options.Keep, progress)
            {
                ReasonsAreOfArm = reasonsFile is not null,
            }.RunAsync(arm, reasons, only, cancellationToken));
    }
}
