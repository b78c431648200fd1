using System.Text.RegularExpressions;
using LoadHarness.Core.Measurement;

namespace LoadHarness.Reporting.Page;

/// <summary>The load of a scenario for people who never saw the engine's names.</summary>
internal static partial class LoadWords
{
    public static string Of(ScenarioResult scenario)
    {
        var load = InWords(Plain.Cut(scenario.LoadDescription.TrimEnd('.'), 300));
        return (scenario.Model == LoadModel.Open ? "Open model: " : "Closed model: ") + load;
    }

    /// <summary>Any text that may hold the engine's names, such as the evidence of a verdict.</summary>
    public static string InWords(string load)
    {
        load = Inject().Replace(load, "$1 requests a second for $2");
        load = Constant().Replace(load, match => $"{Users(match.Groups[1].Value)} for {match.Groups[2].Value}");
        load = Iterations().Replace(load, match => (match.Groups[1].Value, match.Groups[2].Value) switch
        {
            ("1", "1") => "once",
            (var times, "1") => $"{times} times, one after another",
            (var times, var users) => $"{times} times by {Users(users)}",
        });
        return load;
    }

    private static string Users(string count) => count == "1" ? "1 user" : $"{count} users";

    [GeneratedRegex(@"\bInject ([\d.,]+)/s for ([^,;]+)")]
    private static partial Regex Inject();

    [GeneratedRegex(@"\bKeepConstant ([\d.,]+)(?: users)? for ([^,;]+)")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\bIterationsForConstant (\d+) by (\d+)")]
    private static partial Regex Iterations();
}

/// <summary>Waits with the number of samples that they rest on.</summary>
internal static class WaitWords
{
    /// <summary>Fewer samples say which waits there were, not how large their share was.</summary>
    public const int FewSamples = 30;

    public static string Of(Trail trail, ScenarioResult scenario)
    {
        var waits = trail.WaitsOf(scenario);
        var samples = Samples(trail, scenario);
        if (waits.Count == 0) return trail.WatchOf(scenario) is null ? "not recorded for this scenario." : "no session was caught active.";
        var list = string.Join(", ", waits.Take(4).Select(wait => $"{wait.WaitEvent} {Format.Percent(Math.Round(wait.Share, 3))}"));
        return $"{list}{(waits.Count > 4 ? $", {waits.Count - 4} more" : "")} ({SampleWords(samples)}).";
    }

    public static long? Samples(Trail trail, ScenarioResult scenario) =>
        trail.WatchOf(scenario)?.ActiveSamples
            ?? (trail.WaitsOf(scenario) is { Count: > 0 } waits
            && waits.All(wait => wait.Samples is not null) ? waits.Sum(wait => wait.Samples) : null);

    public static string SampleWords(long? samples) => samples switch
    {
        null => "number of samples not recorded",
        < FewSamples => $"n = {Format.Count(samples.Value)} active samples: too few for shares",
        { } many => $"n = {Format.Count(many)} active samples",
    };
}

internal static class StatementText
{
    public static string Short(string statement) => OneLine(statement) is { Length: > 140 } line ? line[..139] + "…" : OneLine(statement);

    private static string OneLine(string statement) =>
        string.Join(' ', statement[..Math.Min(statement.Length, 2_000)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}

internal static class PlanWords
{
    /// <summary>The baseline's plan of the same query; null where there is none.</summary>
    public static QueryPlan? EarlierOf(RunResult run, QueryPlan plan) =>
        run.Baseline?.Plans.FirstOrDefault(earlier => earlier.Query == plan.Query);

    /// <summary>For a list of plans; nothing without a baseline.</summary>
    public static string Change(RunResult run, QueryPlan plan) => EarlierOf(run, plan) switch
    {
        null => "",
        var then when then.Fingerprint == plan.Fingerprint => "(the baseline had the same plan)",
        _ => "(the baseline had another plan)",
    };

    public static string Of(QueryPlan plan)
    {
        var scans = plan.SequentialScans.Count switch
        {
            0 => plan.Sight == PlanSight.Whole ? "no sequential scan" : "not known whether a function inside reads a whole table",
            <= 4 => $"reads all of {string.Join(", ", plan.SequentialScans)}",
            var many => $"reads all of {string.Join(", ", plan.SequentialScans.Take(3))} and {many - 3} more",
        };
        var indexes = plan.Indexes.Count == 0
            ? ""
            : $", by {string.Join(", ", plan.Indexes.Take(6))}{(plan.Indexes.Count > 6 ? $" and {plan.Indexes.Count - 6} more" : "")}";
        var sight = plan.Sight == PlanSight.Opaque ? ", opaque" : "";
        return $"{Format.Duration(plan.ExecutionTime)}, {scans}{indexes}{sight}";
    }
}
