using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Cli.Terminal;
using LoadHarness.Comparing;
using LoadHarness.Core;
using LoadHarness.Core.Comparing;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>gate</c>: the program's own sql folder against a pinned baseline, on copies of one seeded cluster, in one job.</summary>
internal static class GateVerb
{
    public static Verb Create(CommandLineOptions words)
    {
        var action = new Argument<string?>("action")
        {
            Description = "accept: move the pin. selftest: measure the gate's own error rates. Nothing: compare.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        action.AcceptOnlyFromAmong("accept", "selftest");
        var against = new Option<string?>("--against")
        {
            Description = "A git revision or a folder like sql/; with --workload, a revision or a workload's folder. "
                + $"Default: the pin in {GatePin.DefaultFile}, or in gate.json of the workload.",
            HelpName = "REV|DIR",
        };
        var reason = new Option<string?>("--reason") { Description = "accept: why the pin moves.", HelpName = "TEXT" };
        var history = new Option<string?>("--history")
        {
            Description = "The file of earlier nights. Default reports/gate/history.jsonl, of a workload reports/gate/NAME.jsonl.",
            HelpName = "FILE",
        };
        var slot = new Option<int>("--slot")
        {
            Description = "Seconds that each arm is loaded in a pair, in turns of half a second; 0 for counters and plans alone.",
            HelpName = "S",
            DefaultValueFactory = _ => 5,
        };
        var suites = new Option<int>("--suites")
        {
            Description = "selftest: comparisons of each kind, over all sessions of the log.",
            HelpName = "N",
            DefaultValueFactory = _ => 3,
        };
        var planted = new Option<int?>("--planted")
        {
            Description = "selftest: comparisons of each planted fault. Default as many as --suites.",
            HelpName = "N",
        };
        var log = new Option<string>("--log")
        {
            Description = "selftest: the file that every comparison is added to; what it holds is not measured again.",
            HelpName = "FILE",
            DefaultValueFactory = _ => Path.Combine("reports", "gate", "selftest.jsonl"),
        };
        return new(
            new Command("gate",
                "Fail when an operation got worse than at the pinned baseline: exit code 4, with operation, factor and cause.") { action },
            [words.Workload, words.Contacts, words.Seed, words.Settings, words.Out, words.Keep, words.Json, against, reason, history,
                slot, suites, planted, log],
            (parsed, cancellationToken) =>
            {
                var form = parsed.GetValue(action);
                var options = words.Read(parsed, form switch
                {
                    "accept" => FormOptions.Faults(parsed, "gate accept", "moves the pin", words.Contacts, words.Seed, words.Settings,
                        words.Out, words.Keep, history, slot, suites, planted, log),
                    "selftest" => FormOptions.Faults(
                        parsed, "gate selftest", "measures the gate itself", words.Keep, against, reason, history),
                    _ => FormOptions.Faults(parsed, "gate", "compares", reason, suites, planted, log),
                });
                var plan = PlanOf(parsed.GetValue(slot));
                var directory = words.OutGiven(parsed) ?? Path.Combine("reports", "gate");
                return form switch
                {
                    "accept" => AcceptAsync(
                        options, ComparedWork.Of(options, plan), parsed.GetValue(against), parsed.GetValue(reason), cancellationToken),
                    "selftest" when options.Workload is not null => throw new HarnessException(
                        "gate selftest plants faults in the CRM's schema. Leave out --workload.", ExitCode.BadUsage),
                    "selftest" => SelfTestAsync(
                        options, directory, plan, (parsed.GetValue(suites), parsed.GetValue(planted)), parsed.GetValue(log)!,
                        cancellationToken),
                    _ => GateAsync(
                        options, directory, ComparedWork.Of(options, plan), parsed.GetValue(against), parsed.GetValue(history),
                        cancellationToken),
                };
            });
    }

    private static async Task<ExitCode> GateAsync(
        HarnessOptions options, string directory, ComparedWork work, string? against, string? history,
            CancellationToken cancellationToken)
    {
        var historyFile = history ?? Path.Combine("reports", "gate", $"{work.Workload?.Name ?? "history"}.jsonl");
        OutputFile.Require("--history", historyFile);
        var pin = await GatePin.OfAsync(against, PinOf(work), work.Workload?.Folder, cancellationToken);
        var (a, b) = (work.Arm("--against", pin.Arm), work.Arm("--b", work.UsualArm));
        var key = pin.KeyWith(await work.ChecksumAsync(a, cancellationToken));
        var conditions = new GateConditions(
            work.Subject.Contacts, work.Subject.Seed, options.ServerProfile.ToString().ToLowerInvariant(), work.Plan.Slot.TotalSeconds);
        var earlier = await GateHistory.ReadAsync(historyFile, key, conditions, cancellationToken);
        return await ComparedRun.MeasureAsync(options, directory, "gate", async progress =>
        {
            var arms = await new Comparer(work.Plan, work.Subject, progress).CompareAsync(a, b, cancellationToken);
            var night = GateNight.Of(arms, key, BuildFacts.Commit, conditions);
            await GateHistory.AddAsync(historyFile, night, cancellationToken);
            return new FoundArms(arms, GateContext.Of(pin.Title, earlier, night));
        });
    }

    private static async Task<ExitCode> AcceptAsync(
        HarnessOptions options, ComparedWork work, string? against, string? reason, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(against) || string.IsNullOrWhiteSpace(reason))
            throw new HarnessException(
                "gate accept: give --against REV and --reason TEXT: the pin is a reviewed file, and says why it moved.", ExitCode.BadUsage);
        var pin = await new GatePin(against, reason).FixedAsync(work.Workload?.Folder ?? ".", cancellationToken);
        await work.RequireAsync(work.Arm("--against", pin.Arm), cancellationToken);
        await pin.WriteAsync(PinOf(work), cancellationToken);
        new TerminalOutput(options.Json).Line($"{PinOf(work)} names {pin.Against}{(pin.Named is null ? "" : $" ({pin.Named})")} now. "
            + "Commit it: the next gate compares with it.");
        if (options.Json) JsonOutput.Write(new Accepted(PinOf(work), pin.Against, pin.Reason, pin.Named));
        return ExitCode.AllMet;
    }

    // A workload has its pin with it: the folder may lie in a repository of its own.
    private static string PinOf(ComparedWork work) =>
        work.Workload is { } workload ? Path.Combine(workload.Folder, "gate.json") : GatePin.DefaultFile;

    private static async Task<ExitCode> SelfTestAsync(
        HarnessOptions options, string directory, ComparisonPlan plan, (int Identical, int? Planted) suites, string log,
        CancellationToken cancellationToken)
    {
        if (suites.Identical is < 1 or > 1000)
            throw new HarnessException($"--suites is {suites.Identical}. Give 1 to 1000.", ExitCode.BadUsage);
        if (suites.Planted is < 0 or > 1000)
            throw new HarnessException($"--planted is {suites.Planted}. Give 0 to 1000.", ExitCode.BadUsage);
        OutputFile.Require("--log", log);
        KeepOption.Require("gate selftest");
        return await ComparedRun.MeasureAsync(options, directory, "gate selftest", async progress =>
            await new GateSelfTest(
                plan, CrmRows.Of(options), options.ServerProfile, suites.Identical, new(log), progress)
            {
                OfEachFault = suites.Planted,
                Commit = BuildFacts.Commit,
                Machine = HostFacts.Words(),
            }.RunAsync(cancellationToken));
    }

    private static ComparisonPlan PlanOf(int slotSeconds) => slotSeconds is >= 0 and <= 60
        ? ComparisonPlan.Standard with { Slot = TimeSpan.FromSeconds(slotSeconds) }
        : throw new HarnessException($"--slot is {slotSeconds}. Give 0 to 60 seconds.", ExitCode.BadUsage);

    /// <summary>The pin as it is now.</summary>
    /// <param name="Named">What a person called the revision; null for a folder, or a hash as given.</param>
    private sealed record Accepted(string File, string Against, string Reason, string? Named);
}
