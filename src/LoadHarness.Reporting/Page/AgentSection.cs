using LoadHarness.Core.Measurement;
using LoadHarness.Core.Verdicts;

namespace LoadHarness.Reporting.Page;

/// <summary>The generators that shared the load: whether each was fit, and how far their clocks were apart.</summary>
internal static class AgentSection
{
    private const int MostAgents = 100;

    public static Section? Of(RunResult run) => run.Agents.Count == 0
        ? null
        : new(
            "generators",
            "Generators",
            "Each made its share of the load, dealt out by the number of the arrival or user. Their histograms are added bucket by bucket. "
                + "Response times are taken with one machine's own clock; a difference of clocks moves only the start of a phase.",
            [
                Losses(run),
                HtmlComponents.Table(
                    "Generators", ["Agent", "Host", "Cores", "Clock", "Round trip", "Began late", "Busy cores", "Stolen", "Outcome"],
                    run.Agents.Take(MostAgents).Select(Row)),
                HtmlComponents.Folded("What each did", HtmlComponents.Table(
                    "Operations of each agent", ["Agent", "Operation", "Scheduled", "Completed", "Failed", "Skipped", "p95", "Lag p99"],
                    run.Agents.Take(MostAgents).SelectMany(Operations))),
            ]);

    private static Html Losses(RunResult run)
    {
        var lost = run.Agents.Where(agent => agent.Loss is not null).ToList();
        return lost.Count == 0 ? Html.Nothing : HtmlComponents.Notes(lost.Select(agent =>
            $"Agent {agent.Name} on {agent.Host} was lost in {agent.Loss!.Scenario}: {agent.Loss.Reason}. "
                + $"{Format.Counted(agent.Loss.Skipped, "request")} of its share are booked as skipped."));
    }

    private static IReadOnlyList<Cell> Row(AgentRecord agent) =>
    [
        new Name(agent.Name), Html.Of($"{agent.Host}"), Format.Count(agent.Cores),
        Html.Of($"{AgentWords.Clock(agent.ClockAheadSeconds, agent.RoundTrip)}"), Format.Duration(agent.RoundTrip),
        Format.Duration(agent.Loads.Select(load => load.StartedLate).DefaultIfEmpty().Max()),
        Format.Significant(agent.Loads.Select(load => load.Generator.CpuCores).DefaultIfEmpty().Max()),
        agent.Loads.Max(load => load.Generator.StolenShare) is { } stolen ? Format.Percent(Math.Round(stolen, 4)) : "–",
        Html.Of($"{(agent.Loss is null ? "✓ to the end" : "✕ lost")}"),
    ];

    private static IEnumerable<IReadOnlyList<Cell>> Operations(AgentRecord agent) =>
        from load in agent.Loads
        from operation in load.Operations
        select (IReadOnlyList<Cell>)
        [
            new Name(agent.Name), new Name(OperationPath.Of(load.Scenario, operation.Name)),
            Format.Count(operation.Accounting.Scheduled), Format.Count(operation.Accounting.Completed),
            Format.Count(operation.Accounting.Failed), Format.Count(operation.Accounting.Skipped),
            Format.Duration(operation.P95), Format.Duration(operation.Lag),
        ];
}
