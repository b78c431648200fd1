using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Validity;

/// <summary>Whether each of several generators was fit to measure its share: one that was not spoils the whole.</summary>
internal static class AgentChecks
{
    /// <summary>Later than this, the generators did not make one load: a second of the timeline holds several of theirs.</summary>
    private static readonly TimeSpan LatestStart = TimeSpan.FromMilliseconds(200);

    /// <param name="limitOf">The response time that a scenario is judged by.</param>
    public static IEnumerable<string> Doubts(
        IReadOnlyList<AgentRecord> agents, Func<string, TimeSpan> limitOf, ValidityLimits limits) =>
    [
        .. agents.Select(Lost).OfType<string>(),
        .. agents.SelectMany(agent => agent.Loads.SelectMany(load => Unfit(agent, load, limitOf(load.Scenario), limits))),
        .. agents.GroupBy(agent => agent.Host).SelectMany(host => Saturated([.. host], limits)),
    ];

    private static string? Lost(AgentRecord agent) => agent.Loss is { } loss
        ? $"Agent {agent.Name} on {agent.Host} (process {agent.ProcessId}) was lost in {loss.Scenario} at {loss.AtUtc:HH:mm:ss} UTC: "
            + $"{loss.Reason}. Its share, {Format.Counted(loss.Skipped, "request")}, is booked as skipped. "
            + "Look at that machine, then run again."
        : null;

    private static IEnumerable<string> Unfit(AgentRecord agent, AgentLoad load, TimeSpan limit, ValidityLimits limits)
    {
        var subject = $"agent {agent.Name}, {load.Scenario}";
        if (load.StartedLate > LatestStart)
            yield return $"{subject}: it began {load.StartedLate.TotalMilliseconds:0} ms after the others. "
                + "Look at the machine and its network, then run again.";
        foreach (var operation in load.Operations)
            if (GeneratorChecks.Late(OperationPath.Of(subject, operation.Name), load.Model, operation.Lag, limit, limits) is { } late)
                yield return late;
        if (HasShare(load) && GeneratorChecks.Stolen(subject, load.Generator, limits) is { } stolen) yield return stolen;
    }

    // Over a load of no requests nothing was generated, and earlier versions took what the program did in microseconds for busy cores.
    private static bool HasShare(AgentLoad load) => load.Operations.Any(operation => operation.Accounting.Scheduled > 0);

    // Generators on one machine share its cores: together they can be too many where each alone is not.
    private static IEnumerable<string> Saturated(IReadOnlyList<AgentRecord> onOneHost, ValidityLimits limits) => onOneHost
        .SelectMany(agent => agent.Loads.Where(HasShare))
        .GroupBy(load => load.Scenario)
        .Select(scenario => GeneratorChecks.Saturated(
            $"{(onOneHost.Count == 1 ? "agent" : "agents")} {string.Join(", ", onOneHost.Select(agent => agent.Name))} on "
                + $"{onOneHost[0].Host}, {scenario.Key}",
            scenario.Sum(load => load.Generator.CpuCores), onOneHost[0].Cores, limits))
        .OfType<string>();
}
