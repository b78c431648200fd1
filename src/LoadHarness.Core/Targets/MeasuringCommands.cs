namespace LoadHarness.Core.Targets;

/// <summary>
/// What would judge a requirement that was not judged: the one table of it. A test asks the program for each command in it.
/// </summary>
public static class MeasuringCommands
{
    private const string WholeRun = "run --profile standard --contacts 2000000";

    private static readonly IReadOnlyDictionary<string, string> Commands = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["TQ"] = WholeRun,
        ["SC"] = WholeRun,
        ["MS-1"] = "run --profile standard --contacts 5000000",
        ["MS-2"] = "run --profile standard --contacts 10000000",
        // Against baselines on the base schema; what a pooled connection saves (RE-4) is measured at the end of each run too.
        ["RE"] = "prove --contacts 2000000",
        ["ER"] = "prove --contacts 2000000",
        ["QA"] = "verify --contacts 200000",
        ["DP"] = "migrate --measure --contacts 200000",
        ["SV"] = "verify --contacts 200000",
        ["OP"] = "health --weekly --contacts 200000",
    };

    private static readonly IReadOnlyDictionary<string, string> Elsewhere = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["CARD"] = "Judged by the repository itself: README.md, run.sh and .ci/run.",
        ["FI"] = "Judged by the files of the repository.",
    };

    public static IEnumerable<string> All => Commands.Values.Distinct();

    /// <returns>As typed behind the program's name; null where this version has no command for it.</returns>
    public static string? For(string id) => Commands.GetValueOrDefault(id) ?? Commands.GetValueOrDefault(Prefix(id));

    /// <summary>A sentence: what to call, or that nothing does it.</summary>
    public static string Sentence(string id) =>
        For(id) is { } command ? $"Measured by: {command}."
        : Elsewhere.GetValueOrDefault(Prefix(id))
            ?? "This version does not measure it: it needs the same data on the base and on the optimized schema, measured in turn.";

    private static string Prefix(string id) => id.Split('-')[0];
}
