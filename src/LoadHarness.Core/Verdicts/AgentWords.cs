using LoadHarness.Core.Measurement;
using LoadHarness.Core.Words;

namespace LoadHarness.Core.Verdicts;

/// <summary>The generators of a run in words: the same in the terminal, on the page and in summary.md.</summary>
public static class AgentWords
{
    /// <summary>The agents that went away, in a headline; null when all stayed.</summary>
    public static string? Lost(RunResult run)
    {
        var lost = run.Agents.Where(agent => agent.Loss is not null).ToList();
        return lost switch
        {
            [] => null,
            [var one] => $"Agent {one.Name} on {one.Host} was lost: its share, {Format.Counted(one.Loss!.Skipped, "request")}, is missing",
            _ => $"Agents {string.Join(", ", lost.Select(agent => agent.Name))} were lost: "
                + $"their share, {Format.Counted(lost.Sum(agent => agent.Loss!.Skipped), "request")}, is missing",
        };
    }

    /// <summary>"0.07 ms ahead, known to 0.1 ms": how a machine's clock differs from the coordinator's.</summary>
    public static string Clock(double aheadSeconds, TimeSpan roundTrip)
    {
        var difference = TimeSpan.FromSeconds(Math.Abs(aheadSeconds));
        return $"{Format.Duration(difference)} {(aheadSeconds < 0 ? "behind" : "ahead")}, known to {Format.Duration(roundTrip / 2)}";
    }
}
