using System.CommandLine;
using LoadHarness.Cli.Options;
using LoadHarness.Cli.Pipeline;
using LoadHarness.Comparing;
using LoadHarness.Comparing.Scale;
using LoadHarness.Core;
using LoadHarness.Core.Options;
using LoadHarness.Core.Statistics;

namespace LoadHarness.Cli.Verbs;

/// <summary><c>scale</c>: how the cost of every operation grows with the leads, and where its target would be passed.</summary>
internal static class ScaleVerb
{
    private const string Standard = "100k,250k,500k,1M,2M";
    private const string Quick = "5k,10k,20k,40k";

    public static Verb Create(CommandLineOptions words)
    {
        var sizes = new Option<string?>("--sizes")
        {
            Description = $"Numbers of leads, three or more, with commas between. Default {Standard}.",
            HelpName = "LIST",
        };
        var quick = new Option<bool>("--quick") { Description = $"{Quick}, with slots of 2 s." };
        var slot = new Option<int?>("--slot")
        {
            Description = "Seconds of each of three turns of a scenario that reads; 0 for blocks alone. Default 5.",
            HelpName = "S",
        };
        return new(
            new Command(
                "scale", "Measure every operation at several sizes: how it grows, and at how many leads its target would be passed."),
            [sizes, quick, slot, words.Targets, words.Seed, words.Settings, words.Out, words.Keep, words.Json],
            (parsed, cancellationToken) =>
            {
                var isQuick = parsed.GetValue(quick);
                return ExecuteAsync(
                    words.Read(parsed, parsed.GetValue(sizes) is not null && parsed.GetValue(slot) is not null
                        ? FormOptions.Faults(parsed, "scale --sizes --slot", "says what --quick says", quick)
                        : []),
                    words.OutGiven(parsed) ?? Path.Combine("reports", "scale"),
                    Sizes(parsed.GetValue(sizes) ?? (isQuick ? Quick : Standard)),
                    PlanOf(parsed.GetValue(slot) ?? (isQuick ? 2 : 5)),
                    cancellationToken);
            });
    }

    private static async Task<ExitCode> ExecuteAsync(
        HarnessOptions options, string directory, IReadOnlyList<long> sizes, ComparisonPlan plan, CancellationToken cancellationToken)
    {
        return await ComparedRun.MeasureAsync(options, directory, "scale", async progress =>
            await new ScaleRun(plan, options.Seed, options.ServerProfile, options.Keep, progress)
                .MeasureAsync(sizes, options.Targets, cancellationToken));
    }

    private static ComparisonPlan PlanOf(int slotSeconds) => slotSeconds is >= 0 and <= 60
        ? ComparisonPlan.Standard with { Slot = TimeSpan.FromSeconds(slotSeconds) }
        : throw new HarnessException($"--slot is {slotSeconds}. Give 0 to 60 seconds.", ExitCode.BadUsage);

    private static List<long> Sizes(string list)
    {
        var errors = new List<string>();
        var sizes = new SortedSet<long>();
        foreach (var word in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (ContactCount.Parse(word, out var error) is { } size) sizes.Add(size);
            else errors.Add(error!.Replace("--contacts", "--sizes", StringComparison.Ordinal));
        }

        if (errors.Count == 0 && sizes.Count < PowerFit.FewestPoints)
            errors.Add($"--sizes '{list}' are {sizes.Count} different sizes. "
                + $"Give {PowerFit.FewestPoints} or more; a forecast needs {PowerFit.FewestPoints + 1}.");
        return errors.Count == 0 ? [.. sizes] : throw new HarnessException(string.Join(Environment.NewLine, errors), ExitCode.BadUsage);
    }
}
