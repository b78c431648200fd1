using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>compare</c>: two arms on copies of one seeded cluster, in turns, until the difference is known.</summary>
internal static class CompareVerb
{
    private const string ArmForm =
        "optimized, base, git:REV or dir:FOLDER (with --workload: workload, git:REV, dir:FOLDER or db:CONNECTION), then behind commas: "
            + "without=INDEX, sql=FILE, server=17, pooler=pgbouncer, or a server setting.";

    public static Verb Create(CommandLineOptions words)
    {
        var a = new Option<string?>("--a") { Description = $"The arm A: {ArmForm} Default optimized, or workload.", HelpName = "ARM" };
        var b = new Option<string?>("--b") { Description = "The arm B, of the same form.", HelpName = "ARM" };
        var scenarios = new Option<string?>("--scenarios") { Description = "Only these, with commas between them.", HelpName = "LIST" };
        var slot = new Option<int>("--slot")
        {
            Description = "Seconds that each arm is loaded in a pair, in turns of half a second; 0 as --counters-only.",
            HelpName = "S",
            DefaultValueFactory = _ => 5,
        };
        var counters = new Option<bool>("--counters-only")
        {
            Description = "Plans and counters alone: a minute, and they do not depend on the machine.",
        };
        return new(
            new Command("compare", "Compare two arms (schemas, revisions, settings, with and without an index) on copies of one filled "
                + "cluster: of the CRM, or with --workload of one's own statements and tables."),
            [a, b, words.Workload, words.Contacts, words.Workspaces, words.Skew, words.Seed, words.Settings, words.Out, words.Keep,
                words.Json, scenarios, slot, counters],
            (parsed, cancellationToken) => ExecuteAsync(
                words.Read(parsed, parsed.GetValue(counters)
                    ? FormOptions.Faults(parsed, "compare --counters-only", "measures no times", slot)
                    : []),
                words.OutGiven(parsed) ?? Path.Combine("reports", "compare"),
                (parsed.GetValue(a), parsed.GetValue(b)),
                PlanOf(parsed.GetValue(counters) ? 0 : parsed.GetValue(slot)),
                parsed.GetValue(scenarios)?.Split(',', StringSplitOptions.TrimEntries),
                cancellationToken));
    }

    private static ComparisonPlan PlanOf(int slotSeconds) => slotSeconds is >= 0 and <= 60
        ? ComparisonPlan.Standard with { Slot = TimeSpan.FromSeconds(slotSeconds) }
        : throw new HarnessException($"--slot is {slotSeconds}. Give 0 to 60 seconds.", ExitCode.BadUsage);

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, (string? A, string? B) arms, ComparisonPlan plan, IReadOnlyList<string>? scenarios,
        CancellationToken cancellationToken)
    {
        if (arms.B is null) throw new HarnessException($"compare: --b is missing. Give the arm B: {ArmForm}", ExitCode.BadUsage);
        var work = ComparedWork.Of(options, plan, scenarios);
        var (a, b) = (work.Arm("--a", arms.A ?? work.UsualArm), work.Arm("--b", arms.B));
        return await ComparedRun.MeasureAsync(options, directory, "compare", async progress =>
        {
            var compared = await new Comparer(work.Plan, work.Subject, progress).CompareAsync(a, b, cancellationToken);
            return new FoundArms(compared, null);
        });
    }
}
